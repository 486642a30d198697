import * as z from 'zod';
import type { PlanProblem } from '../plan/check-plan.ts';
import type { Guard, ReleasePlan } from '../plan/release-plan.ts';

/** What a forecast takes besides the plan. */
export const forecastFields = {
  traffic: z
    .strictObject({ newListenersPerSecond: z.number().positive().max(100_000) })
    .describe('Listeners of the rule that come for the first time, each once, evenly through the day.'),
  expected: z
    .array(
      z.strictObject({
        metric: z.string().min(1).max(256),
        controlRate: z
          .number()
          .positive()
          .max(1)
          .exactOptional()
          .describe('Listeners with the event on the old version, as a fraction. Default: 0.01.'),
        newRate: z
          .number()
          .min(0)
          .max(1)
          .exactOptional()
          .describe('The same on the new version. Default: as the old one.'),
      }),
    )
    .max(10)
    .exactOptional()
    .describe('The regression to look for, and how often events are at all.'),
  runs: z.int().min(10).max(5_000).exactOptional().describe('Simulated releases of each kind. Default: 500.'),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .exactOptional()
    .describe('The same seed gives the same forecast. Default: 1.'),
};

export type Expected = z.output<typeof forecastFields.expected>;

export interface GuardRates {
  readonly guard: Guard;
  /** Share of listeners with the event. */
  readonly controlRate: number;
  readonly newRate: number;
}

const DEFAULT_RATE = 0.01;

/** The rates of each guard; also those of which nothing is said. */
export const ratesOf = ({ guards }: ReleasePlan, expected: Expected = []): readonly GuardRates[] =>
  guards.map((guard) => {
    const given = expected.find(({ metric }) => metric === guard.metric.name);
    const controlRate = given?.controlRate ?? DEFAULT_RATE;
    return { guard, controlRate, newRate: given?.newRate ?? controlRate };
  });

/** What is wrong with the expectations, all of it at once. */
export function checkExpected({ guards }: ReleasePlan, expected: Expected = []): readonly PlanProblem[] {
  return expected.flatMap(({ metric }, index): readonly PlanProblem[] => {
    const pointer = `/expected/${index}/metric`;
    const guard = guards.find((each) => each.metric.name === metric);
    if (guard === undefined)
      return [
        { pointer, code: 'not_found', detail: `expected the metric of one of the guards, got "${metric}"` },
      ];
    if (guard.metric.watches === 'values')
      return [
        {
          pointer,
          code: 'invalid_value',
          detail: `"${metric}" compares values, of which a rate says nothing; forecast a share above a limit`,
        },
      ];
    if (expected.findIndex((each) => each.metric === metric) < index)
      return [{ pointer, code: 'invalid_value', detail: `"${metric}" has expectations already` }];
    return [];
  });
}
