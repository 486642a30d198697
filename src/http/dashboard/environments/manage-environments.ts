import { Router } from 'express';
import type * as z from 'zod';
import { promotedDefinition } from '../../../store/promotion.ts';
import type { FlagRecord, Snapshot } from '../../../store/store.ts';
import { authorOf } from '../../auth/principal.ts';
import { formText } from '../../input/form-field.ts';
import { queryOf } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type DashboardScope, type Visit, visitOf } from '../dashboard-scope.ts';
import { type FormOutcome, handleForm } from '../handle-form.ts';
import type { ShowPage } from '../show-page.ts';
import { comparePage } from './compare-page.ts';
import { newEnvironmentForm, promoteForm, settingsForm } from './environment-forms.ts';
import { environmentsPage, type EnvironmentsTyped } from './environments-page.ts';

/** `/dashboard/environments`: environments side by side, promotion from one to another, and settings. */
export function createManageEnvironments(
  { store, settings }: Pick<DashboardDeps, 'store' | 'settings'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const showAll = (
    visit: Visit,
    { status = 200, text, typed }: { status?: number; text?: string; typed?: EnvironmentsTyped } = {},
  ): Promise<void> => {
    const { scope } = visit;
    const project = store.projects().find(({ key }) => key === scope.environment.project);
    const alert = text === undefined ? undefined : { title: 'Nothing was changed', text };
    return show(
      visit,
      'dashboard-environments',
      { title: 'Environments', status, alert },
      environmentsPage(store, scope, project, settings.environment(scope.environment), typed),
    );
  };
  const showComparison = (visit: Visit, source: Snapshot, status = 200, text?: string): Promise<void> => {
    const alert = text === undefined ? undefined : { title: 'Nothing was promoted', text };
    const title = `${source.environment.environment} and ${visit.scope.environment.environment}`;
    return show(visit, 'dashboard-compare', { title, status, alert }, comparePage(visit.scope, source));
  };
  /** @throws Problem 404 */
  const sourceOf = (
    { environment: { project } }: DashboardScope,
    environment: string | undefined,
  ): Snapshot => {
    const source = environment === undefined ? undefined : store.snapshot({ project, environment });
    if (source === undefined)
      throw new Problem(404, 'not_found', 'There is no such environment to compare with.');
    return source;
  };

  router.get('/environments', ...access.view, (req, res) => showAll(visitOf(store, req, res)));

  router.get('/environments/compare', ...access.view, async (req, res) => {
    const visit = visitOf(store, req, res);
    await showComparison(visit, sourceOf(visit.scope, queryOf(req)['from']));
  });

  router.post('/environments/promote', ...access.change, async (req, res) => {
    const visit = visitOf(store, req, res);
    const source = sourceOf(visit.scope, formText(req.body, 'from'));
    await handleForm(visit, promoteForm, {
      refuse: (status, text) => showComparison(visitOf(store, req, res), source, status, text),
      act: (form) => promote(visit, source, form),
    });
  });

  async function promote(
    { req, res, scope }: Visit,
    source: Snapshot,
    { flag: key, version, from }: z.output<typeof promoteForm>,
  ): Promise<FormOutcome> {
    const flag: FlagRecord | undefined = source.flags.get(key);
    if (flag === undefined)
      return { outcome: 'refused', text: `There is no flag called ${key} in ${from} any more.` };
    const author = { ...authorOf(req, res, 'dashboard'), comment: `promoted from ${from}` };
    const { outcome } = await store.change(author, {
      type: 'put-flag',
      environment: scope.environment,
      key,
      definition: promotedDefinition(flag, scope.snapshot.flags.get(key)),
      description: flag.description,
      tags: flag.tags,
      expectedVersion: version,
    });
    return outcome === 'changed' || outcome === 'unchanged'
      ? { outcome: 'done', href: scope.href('/environments/compare', { from, done: 'promoted' }) }
      : {
          outcome: 'refused',
          text: `${key} was changed here after your page was loaded. Check it once more.`,
        };
  }

  router.post('/environments', ...access.administer, async (req, res) => {
    const visit = visitOf(store, req, res);
    const typed = { key: formText(req.body, 'key') ?? '', name: formText(req.body, 'name') ?? '' };
    await handleForm(visit, newEnvironmentForm, {
      refuse: (status, text) => showAll(visit, { status, text, typed }),
      act: async ({ key, name }) => {
        const { project } = visit.scope.environment;
        const author = authorOf(req, res, 'dashboard');
        const outcome = await store.createEnvironment(author, project, key, name || key);
        return outcome === 'created'
          ? { outcome: 'done', href: visit.scope.href('/environments', { done: 'environment-created' }) }
          : { outcome: 'refused', text: `There is an environment called ${key} already.` };
      },
    });
  });

  router.post('/environments/settings', ...access.administer, async (req, res) => {
    const visit = visitOf(store, req, res);
    const typed = {
      origins: formText(req.body, 'origins') ?? '',
      secureMode: formText(req.body, 'secureMode') === 'on',
    };
    await handleForm(visit, settingsForm, {
      refuse: (status, text) => showAll(visit, { status, text, typed }),
      act: async ({ secureMode, origins }) => {
        const { environment } = visit.scope;
        const author = authorOf(req, res, 'dashboard');
        await settings.changeEnvironment(author, environment, { secureMode, allowedOrigins: origins });
        return { outcome: 'done', href: visit.scope.href('/environments', { done: 'settings-saved' }) };
      },
    });
  });

  router.all('/environments', onlyMethods('GET', 'POST'));
  router.all('/environments/compare', onlyMethods('GET'));
  for (const path of ['/environments/promote', '/environments/settings'])
    router.all(path, onlyMethods('POST'));
  return router;
}
