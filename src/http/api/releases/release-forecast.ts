import * as z from 'zod';
import { checkContext, type ContextCheck } from '../../../evaluation/check-context.ts';
import type { PlanProblem } from '../../../release/plan/check-plan.ts';
import { checkExpected, forecastFields, ratesOf } from '../../../release/forecast/expected-rates.ts';
import type { Chance, Outcomes } from '../../../release/forecast/forecast.ts';
import { shareAt, timelineOf } from '../../../release/forecast/timeline.ts';
import { entryTimes } from '../../../release/forecast/who-is-in.ts';
import { compilePlan } from '../../../release/plan/release-plan.ts';
import { percentOf } from '../../../release/plan/share.ts';
import type { ReleaseServices } from '../../../release/run/release-services.ts';
import type { Store } from '../../../store/store.ts';
import { Problem } from '../../problems/problem.ts';
import { timestampSchema } from '../items/common-schemas.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { contextSchema } from '../evaluations/evaluation-schemas.ts';
import { type Operation, operation, reply } from '../operation.ts';
import { badPlan } from './plan-problems.ts';
import { releaseCreateSchema } from './release-schemas.ts';

const inputSchema = releaseCreateSchema
  .extend({
    ...forecastFields,
    at: z
      .array(z.iso.datetime({ offset: true }))
      .max(100)
      .exactOptional()
      .describe('Times to tell the share at.'),
    listeners: z
      .array(contextSchema)
      .max(100)
      .exactOptional()
      .describe('Contexts to tell when they get the new variation.'),
  })
  .meta({ id: 'ReleaseForecastInput', examples: [] });

const chanceSchema = z.object({
  chance: z.number(),
  interval: z.array(z.number()).describe('Of the chance, 95 %, for so many runs.'),
});

const outcomesSchema = z
  .object({
    runs: z.int(),
    caught: chanceSchema.describe('A guard tripped.'),
    inconclusive: chanceSchema,
    caught_after_ms: z
      .object({ median: z.number(), p90: z.number() })
      .nullable()
      .describe('From the start of the release.'),
    treated_until_caught: z
      .int()
      .nullable()
      .describe('Listeners who had got the new version by then, at the median.'),
    by_metric: z.array(z.object({ metric: z.string(), caught: chanceSchema })),
  })
  .meta({ id: 'ReleaseForecastOutcomes' });

const forecastSchema = z
  .object({
    stages: z.array(
      z.object({
        share: z.number(),
        starts_at: timestampSchema,
        ends_at: timestampSchema,
        frozen_ms: z.number().describe('How much of it waits for the end of a freeze window.'),
        needs_approval: z.boolean().describe('Counted as given at once.'),
        kind: z.enum(['stage', 'ramp', 'holdback']),
      }),
    ),
    at: z.array(z.object({ at: timestampSchema, share: z.number() })),
    listeners: z
      .array(z.object({ context: contextSchema, enters_at: timestampSchema.nullable() }))
      .describe('Null: never.'),
    expected: outcomesSchema.describe(
      'With the rates that are expected: the chance to catch the regression.',
    ),
    healthy: outcomesSchema.describe(
      'With control’s rates on both versions: who is caught is a false alarm.',
    ),
    is_complete: z.boolean().describe('False: the time limit came before all runs.'),
  })
  .meta({ id: 'ReleaseForecast' });

const DEFAULT_RUNS = 500;

export interface ReleaseForecastDeps {
  readonly releases: Pick<ReleaseServices, 'prepare' | 'forecaster'>;
  readonly store: Pick<Store, 'snapshot'>;
  readonly now: () => number;
}

/** What a plan would do, before it is started. */
export function releaseForecastOperations({
  releases,
  store,
  now,
}: ReleaseForecastDeps): readonly Operation[] {
  return [
    operation('forecastRelease', 'post', '/releases/forecast', {
      tag: 'Releases',
      summary: 'When each stage would start, and what the guards would catch',
      description:
        'Changes nothing. Takes a plan as `POST /releases` does, with the traffic and the regression to look for, and simulates it: each listener comes once, approvals are given at once. At most five seconds of work.',
      role: 'viewer',
      isRead: true,
      query: z.strictObject(environmentQuery),
      body: inputSchema,
      replies: { 200: { description: 'The forecast', body: forecastSchema } },
      problems: [404, 409],
      handle: async ({ query, body }) => {
        const {
          environment: name = query.environment,
          traffic: { newListenersPerSecond: perSecond },
          expected,
          runs = DEFAULT_RUNS,
          seed = 1,
          at = [],
          listeners = [],
          ...given
        } = body;
        const snapshot = requireSnapshot(store, { project: query.project, environment: name });
        const prepared = await releases.prepare(snapshot.environment, given, { alone: true });
        if (prepared.kind === 'bad') throw badPlan(prepared.problems);
        const { document, metrics } = prepared;
        const plan = compilePlan(document, now(), metrics);
        const contexts = listeners.map(checkContext);
        const problems = [...checkExpected(plan, expected), ...contextProblems(contexts)];
        if (problems.length > 0) throw badPlan(problems);
        const timeline = timelineOf(plan, document, plan.startAt ?? now());
        const flag = snapshot.flags.get(plan.flag)?.definition;
        const simulated = { plan, timeline, traffic: perSecond, rates: ratesOf(plan, expected) };
        const forecast = await releases.forecaster.forecast(simulated, { runs, seed });
        if (forecast === 'busy') {
          throw new Problem(429, 'rate_limited', 'Other forecasts are being made; try again in a moment.', {
            headers: { 'retry-after': '5' },
          });
        }
        const known = contexts.flatMap((each) => (each.ok ? [each.context] : []));
        const times = flag === undefined ? [] : entryTimes(snapshot.evaluator, flag, plan, timeline, known);
        return reply(200, {
          stages: timeline.map((stage) => ({
            share: percentOf(stage.share),
            starts_at: iso(stage.startsAt),
            ends_at: iso(stage.endsAt),
            frozen_ms: stage.frozenMs,
            needs_approval: stage.needsApproval,
            kind: stage.kind,
          })),
          at: at.map((time) => ({
            at: iso(Date.parse(time)),
            share: percentOf(shareAt(timeline, plan, Date.parse(time))),
          })),
          listeners: listeners.map((context, index) => {
            const time = times[index] ?? null;
            return { context, enters_at: time === null ? null : iso(time) };
          }),
          expected: outcomesBody(forecast.expected),
          healthy: outcomesBody(forecast.healthy),
          is_complete: forecast.healthy.runs === runs,
        });
      },
    }),
  ];
}

const contextProblems = (contexts: readonly ContextCheck[]): readonly PlanProblem[] =>
  contexts.flatMap((each, index) =>
    each.ok ? [] : [{ pointer: `/listeners/${index}`, code: 'invalid_value', detail: each.problem }],
  );

const iso = (ms: number): string => new Date(ms).toISOString();

const rounded = (value: number): number => Number(value.toFixed(5));

const chanceBody = ({ chance, interval }: Chance) => ({
  chance: rounded(chance),
  interval: interval.map(rounded),
});

const outcomesBody = (outcomes: Outcomes) => ({
  runs: outcomes.runs,
  caught: chanceBody(outcomes.caught),
  inconclusive: chanceBody(outcomes.inconclusive),
  caught_after_ms: outcomes.caughtAfterMs,
  treated_until_caught: outcomes.treatedUntilCaught,
  by_metric: outcomes.byMetric.map(({ metric, caught }) => ({ metric, caught: chanceBody(caught) })),
});
