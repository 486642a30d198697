import { authorOf } from '../../auth/principal.ts';
import { Router, type Request } from 'express';
import * as z from 'zod';
import type { PlanProblem } from '../../../release/plan/check-plan.ts';
import { courseSchema, type PlanDocument, planSchema } from '../../../release/plan/plan-document.ts';
import type { Template } from '../../../release/plan/templates.ts';
import { parseBody, queryOf } from '../../input/parse.ts';
import { onlyMethods } from '../../middleware/request-rules.ts';
import { Problem } from '../../problems/problem.ts';
import type { DashboardAccess } from '../dashboard-access.ts';
import type { DashboardDeps } from '../dashboard-deps.ts';
import { type Visit, visitOf } from '../dashboard-scope.ts';
import { flagOf } from '../flag/flag-pages.ts';
import { type FormOutcome, handleForm } from '../handle-form.ts';
import type { ShowPage } from '../show-page.ts';
import { type ForecastView, forecastView } from './forecast-view.ts';
import { courseIn, type PlanFields, planFieldsIn, planFieldsOf } from './plan-fields.ts';
import { releasePlanPage } from './plan-page.ts';
import { planProblemText } from './plan-problem-text.ts';
import { startRelease } from './start-release.ts';

const USUAL_TEMPLATE = 'standard';
/** What a forecast assumes until somebody says otherwise. */
const ASSUMED = { traffic: '5', 'control-rate': '1', 'new-rate': '5' };

const doSchema = z.enum(['forecast', 'start', 'save'], 'expected one of the buttons');
const kept = z.object({
  name: z.string().min(1, 'expected a name').max(64, 'expected at most 64 characters'),
  description: z.string().max(1_000, 'expected at most 1,000 characters'),
});
const rate = z.number('expected a percentage').min(0).max(100);
const assumedSchema = z.object({
  traffic: z
    .number('expected new listeners a second')
    .positive('expected more than 0')
    .max(100_000, 'expected at most 100,000'),
  controlRate: rate.positive('expected more than 0'),
  newRate: rate,
});

type PlanDeps = Pick<DashboardDeps, 'store' | 'releases' | 'now'>;

/** `/dashboard/flags/:key/release/plan`: writes a plan, looks ahead with it, starts it, and keeps it as a template. */
export function createPlanRelease(
  { store, releases: services, now }: PlanDeps,
  access: DashboardAccess,
  show: ShowPage,
): Router {
  const router = Router();

  const showPlan = async (
    visit: Visit,
    key: string,
    fields: PlanFields,
    {
      status = 200,
      text,
      forecast,
    }: { readonly status?: number; readonly text?: string; readonly forecast?: ForecastView } = {},
  ): Promise<void> => {
    const { scope } = visit;
    const metrics = (await services.metrics(scope.environment)).names();
    const templates = await services.templates.list();
    const model = releasePlanPage(scope, flagOf(scope, key), fields, { templates, metrics, forecast });
    const alert = text === undefined ? undefined : { title: 'Nothing was changed', text };
    await show(visit, 'dashboard-release-plan', { title: `Plan a release of ${key}`, status, alert }, model);
  };

  router.get('/flags/:key/release/plan', ...access.view, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const { template: wanted = USUAL_TEMPLATE } = queryOf(req);
    const found = (await services.templates.list()).find(({ name }) => name === wanted);
    await showPlan(visit, req.params.key, found === undefined ? { ...ASSUMED } : fieldsOf(found));
  });

  const act = async (
    visit: Visit,
    key: string,
    { button, fields }: z.output<typeof formSchema>,
  ): Promise<FormOutcome> => {
    const read = planIn(key, fields);
    if ('problems' in read) return refused(read.problems);
    const { plan } = read;
    if (button === 'start') return startRelease(services, visit, plan);
    const prepared = await services.prepare(visit.scope.environment, plan, { alone: true });
    if (prepared.kind === 'bad') return refused(prepared.problems);
    if (button === 'save') {
      const { name, description } = kept.parse(keptIn(fields));
      const course = courseSchema.parse(courseIn(fields).course);
      await services.templates.put(authorOf(visit.req, visit.res, 'dashboard'), {
        name,
        description,
        course,
      });
      const query = { template: name, done: 'template-saved' };
      return { outcome: 'done', href: visit.scope.flagHref(key, '/release/plan', query) };
    }
    const { traffic, controlRate, newRate } = assumedSchema.parse(assumedIn(fields));
    const assumed = {
      newListenersPerSecond: traffic,
      controlRate: controlRate / 100,
      newRate: newRate / 100,
    };
    const forecast = await forecastView(services.forecaster, prepared, assumed, now());
    if (forecast === 'busy')
      return {
        outcome: 'refused',
        status: 429,
        text: 'Other forecasts are being made. Try again in a moment.',
      };
    await showPlan(visit, key, fields, { forecast });
    return { outcome: 'answered' };
  };

  router.post('/flags/:key/release/plan', ...access.change, async (req: Request<{ key: string }>, res) => {
    const visit = visitOf(store, req, res);
    const { key } = req.params;
    const fields = planFieldsIn(req.body);
    await handleForm(visit, formSchema, {
      refuse: (status, text) => showPlan(visit, key, fields, { status, text }),
      act: (form) => act(visit, key, form),
    });
  });

  router.post(
    '/flags/:key/release/templates/:template/delete',
    ...access.change,
    async (req: Request<{ key: string; template: string }>, res) => {
      const visit = visitOf(store, req, res);
      const { key, template } = req.params;
      await handleForm(visit, z.object({}), {
        refuse: (status, text) => showPlan(visit, key, ASSUMED, { status, text }),
        act: async () =>
          (await services.templates.remove(authorOf(req, res, 'dashboard'), template))
            ? {
                outcome: 'done',
                href: visit.scope.flagHref(key, '/release/plan', { done: 'template-deleted' }),
              }
            : { outcome: 'refused', status: 404, text: 'There is no template of that name.' },
      });
    },
  );

  router.all('/flags/:key/release/plan', onlyMethods('GET', 'POST'));
  router.all('/flags/:key/release/templates/:template/delete', onlyMethods('POST'));
  return router;
}

const fieldsOf = ({ name, description, course }: Template): PlanFields => ({
  ...planFieldsOf(course),
  ...ASSUMED,
  name,
  description,
});

const refused = (problems: readonly Pick<PlanProblem, 'pointer' | 'detail'>[]): FormOutcome => ({
  outcome: 'refused',
  status: 422,
  text: planProblemText(problems),
});

const amount = (text: string | undefined): number =>
  text === undefined || text === '' ? Number.NaN : Number(text.replace(',', '.'));

const keptIn = ({ name = '', description = '' }: PlanFields) => ({ name, description });

const assumedIn = (fields: PlanFields) => ({
  traffic: amount(fields['traffic']),
  controlRate: amount(fields['control-rate']),
  newRate: amount(fields['new-rate']),
});

/** What each button needs besides the plan. */
const formSchema = z
  .looseObject({ do: doSchema })
  .transform((form) => ({ button: form.do, fields: planFieldsIn(form) }))
  .superRefine(({ button, fields }, context) => {
    const checked =
      button === 'save'
        ? kept.safeParse(keptIn(fields))
        : button === 'forecast'
          ? assumedSchema.safeParse(assumedIn(fields))
          : undefined;
    for (const { path, message } of checked?.error?.issues ?? [])
      context.addIssue({ code: 'custom', path: [FIELD_NAMES[String(path[0])] ?? 'form'], message });
  });

const FIELD_NAMES: Readonly<Record<string, string>> = {
  name: 'name',
  description: 'description',
  traffic: 'traffic',
  controlRate: 'control-rate',
  newRate: 'new-rate',
};

/** The plan of a form, or everything that its fields get wrong. */
function planIn(
  flag: string,
  fields: PlanFields,
):
  | { readonly plan: PlanDocument }
  | { readonly problems: readonly Pick<PlanProblem, 'pointer' | 'detail'>[] } {
  const { course, problems } = courseIn(fields);
  try {
    const start = startIn(fields);
    const from = amount(fields['from']);
    const to = amount(fields['to']);
    const plan = parseBody(planSchema, { flag, from, to, start, ...course });
    return problems.length > 0 ? { problems } : { plan };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problems: [...problems, ...error.errors] };
  }
}

/** `at` has a date and a time of day in UTC, as `<input type=datetime-local>` sends it. */
const startIn = (fields: PlanFields): string =>
  fields['start'] === 'at' ? `${fields['start-at'] ?? ''}Z` : fields['start'] === 'manual' ? 'manual' : 'now';
