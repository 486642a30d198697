import { Router, type Request } from 'express';
import { neededBy } from '../../../store/changes/needed-by.ts';
import type { ChangeOutcome } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type DashboardScope, type Visit, visitOf } from '../dashboard-scope.ts';
import { flagOf, type FlagPages } from '../flag/flag-pages.ts';
import { deleteForm } from '../forms.ts';
import { type PageHead, type ShowPage, tryWrite } from '../show-page.ts';
import { listText } from '../text/clause-text.ts';

/** The page that asks before a flag is deleted, and the form that deletes it. */
export function createDeleteFlag(
  { store }: Pick<DashboardDeps, 'store'>,
  access: DashboardAccess,
  { show, pages }: { readonly show: ShowPage; readonly pages: FlagPages },
): Router {
  const router = Router();
  const isInOtherEnvironments = ({ environment }: DashboardScope): boolean =>
    (store.projects().find(({ key }) => key === environment.project)?.environments.length ?? 1) > 1;
  const showForm = (visit: Visit, key: string, head: Omit<PageHead, 'title'> = {}): Promise<void> => {
    const { scope } = visit;
    return show(
      visit,
      'dashboard-delete',
      { title: `Delete ${key}`, ...head },
      {
        key,
        version: flagOf(scope, key).version,
        action: scope.flagHref(key, '/delete'),
        flagHref: scope.flagHref(key),
        neededBy: neededBy(scope.snapshot, 'flag', key).map((other) => ({
          key: other,
          href: scope.flagHref(other),
        })),
        everywhere: isInOtherEnvironments(scope),
      },
    );
  };

  router.get('/flags/:key/delete', ...access.view, (req: Request<{ key: string }>, res) =>
    showForm(visitOf(store, req, res), req.params.key),
  );

  router.post('/flags/:key/delete', ...access.change, async (req: Request<{ key: string }>, res) => {
    const { key } = req.params;
    const { environment, href } = visitOf(store, req, res).scope;
    const { version: expectedVersion } = deleteForm.safeParse(req.body).data ?? { version: -1 };
    const done = await tryWrite(() =>
      store.change(authorOf(req, res, 'dashboard'), {
        type: 'delete-flag',
        environment,
        key,
        expectedVersion,
      }),
    );
    if ('value' in done && done.value.outcome === 'changed') {
      res.redirect(303, href('', { done: 'deleted' }));
      return;
    }
    const text = 'unavailable' in done ? done.unavailable : refusalText(done.value, key);
    const head = {
      status: 'unavailable' in done ? 503 : 409,
      alert: { title: `${key} was not deleted`, text },
    };
    const visit = visitOf(store, req, res);
    await (visit.scope.snapshot.flags.has(key) ? showForm(visit, key, head) : pages.flags(visit, head));
  });

  router.all('/flags/:key/delete', onlyMethods('GET', 'POST'));
  return router;
}

const refusalText = (outcome: ChangeOutcome, key: string): string =>
  outcome.outcome === 'in-use'
    ? `${key} is a prerequisite of ${listText(outcome.by)}. Change or delete those flags first.`
    : 'It was changed after your page was loaded. Check it once more before you delete it.';
