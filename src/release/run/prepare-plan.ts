import type { EnvironmentRef, Snapshot } from '../../store/store.ts';
import type { GuardMetric, GuardMetrics } from '../guard/guard-metric.ts';
import { checkPlan, type PlanProblem, type PlanSurroundings } from '../plan/check-plan.ts';
import { type PlanDocument, planSchema } from '../plan/plan-document.ts';
import { DEFAULT_RULE } from '../plan/release-plan.ts';
import { readSplit } from '../plan/rule-split.ts';
import { guardMetricsOf } from '../plan/stored-plan.ts';
import { type Templates, withCourse } from '../plan/templates.ts';
import type { Releases } from './releases.ts';

export type PreparedPlan =
  | {
      readonly kind: 'good';
      readonly document: PlanDocument;
      /** The kind of context that is a listener. */
      readonly unitKind: string;
      /** Of the guards, in their order. */
      readonly metrics: readonly GuardMetric[];
    }
  | { readonly kind: 'bad'; readonly problems: readonly PlanProblem[] };

/** A plan as it is given: a template may fill in what it does not say. */
export type GivenPlan = Partial<PlanDocument> &
  Pick<PlanDocument, 'flag' | 'from' | 'to'> & { readonly template?: string };

export interface PreparePlanDeps {
  readonly store: { snapshot(environment: EnvironmentRef): Snapshot | undefined };
  readonly templates: Pick<Templates, 'course'>;
  readonly releases: Pick<Releases, 'onRule'>;
  readonly metrics: (environment: EnvironmentRef) => Promise<GuardMetrics>;
  readonly servedElsewhere: (environment: EnvironmentRef, flagKey: string) => string | undefined;
  readonly now: () => number;
}

/** @param options.alone nothing is started: what else is under way on the rule does not matter */
export type PreparePlan = (
  environment: EnvironmentRef,
  given: GivenPlan,
  options?: { readonly alone?: boolean },
) => Promise<PreparedPlan>;

/** Fills a plan in from its template and holds it against everything around it. */
export function createPreparePlan({
  store,
  templates,
  releases,
  metrics: metricsIn,
  servedElsewhere,
  now,
}: PreparePlanDeps): PreparePlan {
  return async (environment, { template, ...given }, { alone = false } = {}) => {
    const course = template === undefined ? {} : await templates.course(template);
    if (course === undefined) {
      const detail = `there is no template "${template}"`;
      return { kind: 'bad', problems: [{ pointer: '/template', code: 'not_found', detail }] };
    }
    const document = planSchema.parse(withCourse(course, given));
    const { rule = DEFAULT_RULE, from, to, flag: key } = document;
    const flag = store.snapshot(environment)?.flags.get(key)?.definition;
    const metrics = await metricsIn(environment);
    const around: PlanSurroundings = {
      flag,
      metrics,
      otherRelease: alone ? undefined : await releases.onRule(environment, key, rule),
      servedElsewhere: servedElsewhere(environment, key),
      now: now(),
    };
    const problems = checkPlan(document, around);
    if (problems.length > 0) return { kind: 'bad', problems };
    const split = flag === undefined ? undefined : readSplit(flag, { rule, from, to });
    const unitKind = split?.kind === 'split' ? split.unitKind : 'user';
    return { kind: 'good', document, unitKind, metrics: guardMetricsOf(document, metrics) };
  };
}
