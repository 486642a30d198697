import { Router, type Request } from 'express';
import { pipeline } from 'node:stream/promises';
import type { AuditEntry } from '../../../store/store.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { type ShowPage, tryWrite } from '../show-page.ts';
import { auditFilter, auditPage } from './audit-page.ts';
import { changeDetails } from './change-details.ts';
import type { ChangeLists } from './change-list.ts';

const ENTRIES_AT_ONCE = 200;

/** `/dashboard/audit`: the log, each change in full, the check of its chain, and the log as a file. */
export function createAuditRoutes(
  { store, changeLists, show }: Pick<DashboardDeps, 'store'> & { changeLists: ChangeLists; show: ShowPage },
  access: DashboardAccess,
): Router {
  const router = Router();
  const showLog = async (visit: Visit, verified?: { ok: boolean; text: string }): Promise<void> =>
    show(visit, 'dashboard-audit', { title: 'Audit log' }, await auditPage(visit, changeLists, verified));

  router.get('/audit', ...access.view, (req, res) => showLog(visitOf(store, req, res)));

  router.post('/audit/verify', ...access.submit, async (req, res) => {
    const checked = await tryWrite(() => store.verifyAudit());
    const visit = visitOf(store, req, res);
    await showLog(
      visit,
      'unavailable' in checked ? { ok: false, text: checked.unavailable } : verdict(checked.value),
    );
  });

  router.get('/audit/export', ...access.view, async (req, res) => {
    const visit = visitOf(store, req, res);
    res.type('application/x-ndjson').attachment('audit-log.ndjson');
    await pipeline(entriesAsLines(visit), res);
  });

  /** Newest first, a page of the log at a time, as fast as the browser takes it. */
  async function* entriesAsLines(visit: Visit): AsyncGenerator<string> {
    const query = { environment: visit.scope.environment, ...auditFilter(visit), limit: ENTRIES_AT_ONCE };
    let page: readonly AuditEntry[] = await store.audit(query);
    while (page.length > 0) {
      yield page.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      const before = page.at(-1)?.id ?? 0;
      page = page.length < ENTRIES_AT_ONCE ? [] : await store.audit({ ...query, before });
    }
  }

  router.get('/audit/:id', ...access.view, async (req: Request<{ id: string }>, res) => {
    const visit = visitOf(store, req, res);
    const id = /^[1-9]\d{0,14}$/.test(req.params.id) ? Number(req.params.id) : 0;
    const { environment } = visit.scope;
    const [entry] = (await changeLists.entries({ environment, before: id + 1, limit: 1 })) ?? [];
    if (entry?.id !== id) throw new Problem(404, 'not_found', 'There is no such change in this environment.');
    const [latest] =
      (await changeLists.entries({ environment, kind: entry.kind, key: entry.key, limit: 1 })) ?? [];
    const options = { ...changeLists.lineOptions(visit), isLatest: latest?.id === id };
    await show(visit, 'dashboard-change-details', { title: `Change ${id}` }, changeDetails(entry, options));
  });

  router.all('/audit/verify', onlyMethods('POST'));
  for (const path of ['/audit', '/audit/export', '/audit/:id']) router.all(path, onlyMethods('GET'));
  return router;
}

type Verdict = Awaited<ReturnType<DashboardDeps['store']['verifyAudit']>>;

const verdict = (checked: Verdict): { readonly ok: boolean; readonly text: string } =>
  checked.ok
    ? {
        ok: true,
        text: `All ${checked.entries.toLocaleString('en')} entries fit: none was edited or removed.${archivedText(checked.archived)}`,
      }
    : { ok: false, text: `Entry ${checked.brokenAt} does not fit. ${checked.detail}` };

const archivedText = (archived = 0): string =>
  archived === 0
    ? ''
    : ` ${archived.toLocaleString('en')} older ones are in archives; \u201cnpm run audit:verify\u201d looks at those too.`;
