import { Router, type Request } from 'express';
import * as z from 'zod';
import type { Experiment } from '../../../experiment/experiment.ts';
import { metricsOf } from '../../../experiment/experiments.ts';
import { experimentResult } from '../../../experiment/result/experiment-result.ts';
import { resultCsv } from '../../../experiment/result/result-csv.ts';
import { authorOf } from '../../auth/principal.ts';
import { queryOf } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { flagOf } from '../flag/flag-pages.ts';
import { type FormOutcome, handleForm } from '../handle-form.ts';
import type { ShowPage } from '../show-page.ts';
import { valueText } from '../text/value-text.ts';
import {
  designOf,
  experimentDraftIn,
  experimentForm,
  type ExperimentDraft,
  NEW_EXPERIMENT,
} from './experiment-form.ts';
import { experimentPage } from './experiment-page.ts';

type Params = { readonly key: string; readonly id: string };

/** `/dashboard/flags/:key/experiment`: designs, starts, reads and stops experiments on the flag's rules. */
export function createManageExperiments(
  {
    store,
    experiments,
    metricDefinitions,
    now,
  }: Pick<DashboardDeps, 'store' | 'experiments' | 'metricDefinitions' | 'now'>,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();
  const showExperiments = async (
    visit: Visit,
    key: string,
    {
      status = 200,
      text,
      form = NEW_EXPERIMENT,
    }: { status?: number; text?: string; form?: ExperimentDraft } = {},
  ): Promise<void> => {
    const { environment } = visit.scope;
    const record = flagOf(visit.scope, key);
    const all = (await experiments.list(environment)).filter(({ design }) => design.flag_name === key);
    const { id } = queryOf(visit.req);
    const chosen = all.find((each) => each.id === id) ?? all[0];
    const reading = chosen && (await experiments.read(chosen.id));
    const shown = reading && {
      experiment: reading.experiment,
      result: experimentResult(reading, now()),
      history: await experiments.history(reading.experiment.id),
    };
    const metrics = await metricDefinitions.list(environment);
    const alert = text === undefined ? undefined : { title: 'Nothing was changed', text };
    const model = experimentPage(visit.scope, record, { all, shown, metrics, form, now: now() });
    await show(visit, 'dashboard-experiment', { title: `Experiment on ${key}`, status, alert }, model);
  };
  /** @throws Problem 404 when it is another flag's, or of another environment */
  const experimentOf = async ({ scope }: Visit, { key, id }: Params): Promise<Experiment> => {
    const experiment = await experiments.get(id);
    const { environment, project } = experiment?.environment ?? { environment: '', project: '' };
    const isHere = environment === scope.environment.environment && project === scope.environment.project;
    if (experiment === undefined || !isHere || experiment.design.flag_name !== key)
      throw new Problem(404, 'not_found', 'There is no such experiment on this flag.');
    return experiment;
  };
  router.get('/flags/:key/experiment', ...access.view, (req: Request<{ key: string }>, res) =>
    showExperiments(visitOf(store, req, res), req.params.key),
  );

  router.post('/flags/:key/experiment', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const { key, definition } = flagOf(visit.scope, req.params.key);
    await handleForm(visit, experimentForm, {
      refuse: (status, text) =>
        showExperiments(visit, key, { status, text, form: experimentDraftIn(req.body) }),
      act: async (form) => {
        const { variations } = definition;
        if (form.control === form.treatment || Math.max(form.control, form.treatment) >= variations.length)
          return { outcome: 'refused', status: 422, text: 'Choose two different variations of the flag.' };
        const { environment } = visit.scope;
        const design = designOf(key, form, (index) => valueText(variations[index]));
        const metrics = metricsOf(design, await metricDefinitions.list(environment));
        if (!Array.isArray(metrics))
          return { outcome: 'refused', status: 422, text: `Metrics: ${metrics.detail}.` };
        const { id } = await experiments.create(authorOf(req, res, 'dashboard'), environment, design);
        return done(visit, key, id, 'experiment-created');
      },
    });
  });

  /** A form of one button. */
  const action = (
    name: string,
    act: (visit: Visit, experiment: Experiment) => Promise<FormOutcome>,
  ): void => {
    router.post(`/flags/:key/experiment/:id/${name}`, ...access.change, async (req: Request<Params>, res) => {
      const visit = visitOf(store, req, res);
      const experiment = await experimentOf(visit, req.params);
      await handleForm(visit, z.object({}), {
        refuse: (status, text) => showExperiments(visit, req.params.key, { status, text }),
        act: () => act(visit, experiment),
      });
    });
  };
  action('start', async (visit, { id, design }) => {
    const started = await experiments.start(authorOf(visit.req, visit.res, 'dashboard'), id);
    switch (started.outcome) {
      case 'started':
        return done(visit, design.flag_name, id, 'experiment-started');
      case 'not-found':
        return { outcome: 'refused', status: 404, text: 'It is gone.' };
      case 'not-a-draft':
        return { outcome: 'refused', text: `It is ${started.status}: only a draft can be started.` };
      case 'taken':
        return { outcome: 'refused', text: 'Another experiment runs on this rule. Stop it first.' };
      case 'refused':
        return { outcome: 'refused', status: 422, text: `It cannot start: ${started.refusal.detail}.` };
      default:
        return started satisfies never;
    }
  });
  action('stop', async (visit, { id, design }) => {
    const stopped = await experiments.stop(authorOf(visit.req, visit.res, 'dashboard'), id);
    return typeof stopped === 'string'
      ? { outcome: 'refused', text: 'It has not been started.' }
      : done(visit, design.flag_name, id, 'experiment-stopped');
  });

  router.get('/flags/:key/experiment/:id/csv', ...access.view, async (req: Request<Params>, res) => {
    const { id } = await experimentOf(visitOf(store, req, res), req.params);
    const reading = await experiments.read(id);
    if (reading === undefined) throw new Problem(404, 'not_found', 'There is no such experiment.');
    res
      .type('text/csv')
      .attachment('experiment.csv')
      .send(resultCsv(experimentResult(reading, now())));
  });

  router.all('/flags/:key/experiment', onlyMethods('GET', 'POST'));
  router.all('/flags/:key/experiment/:id/csv', onlyMethods('GET'));
  router.all('/flags/:key/experiment/:id/:action', onlyMethods('POST'));
  return router;
}

const done = (visit: Visit, key: string, id: string, code: string): FormOutcome => ({
  outcome: 'done',
  href: visit.scope.flagHref(key, '/experiment', { id, done: code }),
});
