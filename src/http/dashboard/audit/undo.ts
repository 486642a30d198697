import { Router } from 'express';
import type { ChangeOutcome } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { dashboardPath, type Visit, visitOf } from '../dashboard-scope.ts';
import type { FlagPages } from '../flag/flag-pages.ts';
import { formError, undoForm } from '../forms.ts';
import { tryWrite } from '../show-page.ts';
import { listText } from '../text/clause-text.ts';
import { currentItem } from './change-line.ts';

/** `POST /dashboard/undo`: makes a new change that restores the item as it was before another change. */
export function createUndo(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DashboardAccess,
  pages: FlagPages,
): Router {
  const router = Router();
  const refuse = (visit: Visit, status: number, text: string): Promise<void> =>
    pages.flags(visit, { status, alert: { title: 'Nothing was undone', text } });

  router.post('/undo', ...access.change, async (req, res) => {
    const visit = visitOf(store, req, res);
    const parsed = undoForm.safeParse(req.body);
    if (!parsed.success) {
      await refuse(visit, 422, formError(parsed.error, req.body).text);
      return;
    }
    const { entry: id, version, back } = parsed.data;
    const done = await tryWrite(async () => {
      const [entry] = await store.audit({ environment: visit.scope.environment, before: id + 1, limit: 1 });
      if (entry?.id !== id) return { outcome: 'not-found' } as const;
      const current = currentItem(entry, visitOf(store, req, res).scope.snapshot);
      // `store.undo` overwrites later changes, so the version that the page showed is compared first.
      return (current?.version ?? 'absent') === version
        ? { entry, ...(await store.undo(authorOf(req, res, 'dashboard'), id)) }
        : ({ outcome: 'conflict', currentVersion: current?.version ?? null } as const);
    });
    if ('unavailable' in done) {
      await refuse(visit, 503, done.unavailable);
      return;
    }
    const { value } = done;
    if (value.outcome === 'changed' || value.outcome === 'unchanged') {
      const flash = value.outcome === 'changed' ? 'undone' : 'unchanged';
      res.redirect(303, withFlash(back, flash, 'entry' in value ? value.entry.key : undefined));
    } else {
      await refuse(visitOf(store, req, res), 409, refusalText(value));
    }
  });

  router.all('/undo', onlyMethods('POST'));
  return router;
}

function refusalText(outcome: Exclude<ChangeOutcome, { outcome: 'changed' | 'unchanged' }>): string {
  switch (outcome.outcome) {
    case 'conflict':
      return 'It was changed after your page was loaded. It is shown below as it is now; check it, and undo again.';
    case 'in-use':
      return `${listText(outcome.by)} came later and need it as it is. Change those first.`;
    case 'not-found':
      return 'There is no such change in this environment.';
    default:
      return outcome satisfies never;
  }
}

function withFlash(back: string, done: string, flag: string | undefined): string {
  const address = new URL(dashboardPath(back), 'http://here.invalid');
  address.searchParams.set('done', done);
  if (flag !== undefined) address.searchParams.set('flag', flag);
  return `${address.pathname}${address.search}${address.hash}`;
}
