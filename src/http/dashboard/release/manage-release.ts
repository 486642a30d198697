import { Router, type Request } from 'express';
import * as z from 'zod';
import { COMMANDS } from '../../../release/machine/observation.ts';
import { authorOf } from '../../auth/principal.ts';
import { Problem } from '../../problems/problem.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { flagOf } from '../flag/flag-pages.ts';
import { handleForm } from '../handle-form.ts';
import type { ShowPage } from '../show-page.ts';
import { releasePage, type ShownRelease } from './release-page.ts';
import { startRelease } from './start-release.ts';

const MAX_DECISIONS = 200;

const variation = z
  .string()
  .regex(/^\d{1,4}$/, 'expected a variation')
  .transform(Number);

const startForm = z.object({
  template: z.string('expected a template').min(1, 'expected a template').max(64),
  from: variation,
  to: variation,
});

const commandParam = z.enum(COMMANDS);

/** `/dashboard/flags/:key/release`: starts a release of a flag, watches it, and decides where a person must. */
export function createManageRelease(
  { store, releases: services, now }: Pick<DashboardDeps, 'store' | 'releases' | 'now'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();

  /** The one that is under way, or else the last. */
  const latest = async (
    { scope: { environment } }: Visit,
    flag: string,
  ): Promise<ShownRelease | undefined> => {
    const [underWay] = await services.releases.list({ environment, flag, isUnderWay: true, limit: 1 });
    const [last] =
      underWay === undefined ? await services.releases.list({ environment, flag, limit: 1 }) : [underWay];
    const found = last === undefined ? undefined : await services.engine.read(last.id);
    if (found === undefined) return undefined;
    return { ...found, decisions: await services.releases.decisions(found.release.id, 1, MAX_DECISIONS) };
  };

  const showRelease = async (
    visit: Visit,
    key: string,
    { status = 200, text }: { readonly status?: number; readonly text?: string } = {},
  ): Promise<void> => {
    const record = flagOf(visit.scope, key);
    const model = releasePage(
      visit.scope,
      record,
      await latest(visit, key),
      await services.templates.list(),
      now(),
    );
    const alert = text === undefined ? undefined : { title: 'Nothing was changed', text };
    await show(visit, 'dashboard-release', { title: `Release of ${key}`, status, alert }, model);
  };

  router.get('/flags/:key/release', ...access.view, (req: Request<{ key: string }>, res) =>
    showRelease(visitOf(store, req, res), req.params.key),
  );

  router.post('/flags/:key/release', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const { key } = req.params;
    await handleForm(visit, startForm, {
      refuse: (status, text) => showRelease(visit, key, { status, text }),
      act: (form) => startRelease(services, visit, { flag: key, ...form }),
    });
  });

  router.post(
    '/flags/:key/release/:id/:command',
    ...access.change,
    async (req: Request<{ key: string; id: string; command: string }>, res) => {
      const visit = visitOf(store, req, res);
      const { key, id } = req.params;
      const command = commandParam.safeParse(req.params.command);
      if (!command.success) throw new Problem(404, 'not_found', 'There is no such command.');
      await handleForm(visit, z.object({}), {
        refuse: (status, text) => showRelease(visit, key, { status, text }),
        act: async () => {
          const { id: by } = authorOf(req, res, 'dashboard');
          const commanded = await services.engine.command(id, { kind: command.data, by });
          switch (commanded.outcome) {
            case 'done':
            case 'unchanged':
              services.wake();
              return {
                outcome: 'done',
                href: visit.scope.flagHref(key, '/release', { done: 'release-changed' }),
              };
            case 'refused':
              return { outcome: 'refused', text: `${commanded.detail}.` };
            case 'not-found':
              return { outcome: 'refused', text: 'There is no such release.' };
            default:
              return commanded satisfies never;
          }
        },
      });
    },
  );

  router.all('/flags/:key/release', onlyMethods('GET', 'POST'));
  router.all('/flags/:key/release/:id/:command', onlyMethods('POST'));
  return router;
}
