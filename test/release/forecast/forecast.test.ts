import { describe, expect, test } from 'vitest';
import { forecastOutcomes } from '../../../src/release/forecast/forecast.ts';
import { type Expected, ratesOf } from '../../../src/release/forecast/expected-rates.ts';
import { timelineOf } from '../../../src/release/forecast/timeline.ts';
import { guardMetrics } from '../../../src/release/guard/guard-metric.ts';
import type { PlanDocument } from '../../../src/release/plan/plan-document.ts';
import { compilePlan } from '../../../src/release/plan/release-plan.ts';
import { guardMetricsOf } from '../../../src/release/plan/stored-plan.ts';
import { NOON, planOf } from '../run/release-bench.ts';

const error = (newRate: number, controlRate = 0.01): Expected => [
  { metric: 'playlist-error', controlRate, newRate },
];

function simulation(
  document: Partial<PlanDocument>,
  { traffic = 10, expected = error(0.05), runs = 200, seed = 7 } = {},
) {
  const whole = planOf({ guards: [{ metric: 'playlist-error' }], ...document });
  const plan = compilePlan(whole, NOON, guardMetricsOf(whole, guardMetrics([])));
  const timeline = timelineOf(plan, whole, NOON);
  const release = { plan, timeline, traffic, rates: ratesOf(plan, expected) };
  return forecastOutcomes(release, { runs, seed });
}

function forecast(...args: Parameters<typeof simulation>) {
  const work = simulation(...args);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

const HOUR = { stages: [{ share: 10, hold: '1h' }] };

describe('a forecast by simulation', () => {
  test('catches a regression within the listeners that the guard needs, and raises few false alarms', () => {
    const { expected, healthy } = forecast(HOUR);
    expect(expected.caught.chance).toBeGreaterThan(0.99);
    // 1 → 5 % at a share of 10 % takes some 100 treated listeners at the median: about 100 s at ten listeners a second.
    expect(expected.treatedUntilCaught).toBeGreaterThan(50);
    expect(expected.treatedUntilCaught).toBeLessThan(200);
    expect(expected.caughtAfterMs!.median).toBeLessThan(200_000);
    expect(healthy.caught.chance).toBeLessThanOrEqual(0.03);
    expect(healthy.runs).toBe(200);
  });

  test('takes longer with less traffic, and less of a difference', () => {
    const { expected } = forecast(HOUR);
    const slower = forecast(HOUR, { traffic: 2 }).expected;
    expect(slower.caughtAfterMs!.median).toBeGreaterThan(3 * expected.caughtAfterMs!.median);
    const smaller = forecast(HOUR, { expected: error(0.013) }).expected;
    expect(smaller.caught.chance).toBeLessThan(0.5);
  });

  test('is the same for the same seed', () => {
    expect(forecast(HOUR, { runs: 20 })).toEqual(forecast(HOUR, { runs: 20 }));
    expect(forecast(HOUR, { runs: 20 })).not.toEqual(forecast(HOUR, { runs: 20, seed: 8 }));
  });

  test('finds what is beyond points, and lets pass what is within', () => {
    const guards = [{ metric: 'playlist-error', margin: { absolute: 0.05 } }];
    expect(forecast({ ...HOUR, guards }, { expected: error(0.2) }).expected.caught.chance).toBeGreaterThan(
      0.99,
    );
    expect(forecast({ ...HOUR, guards }, { expected: error(0.06) }).expected.caught.chance).toBeLessThan(
      0.05,
    );
  });

  test('finds plays that became rarer', () => {
    const guards = [{ metric: 'play' }];
    const expected = [{ metric: 'play', controlRate: 0.3, newRate: 0.15 }];
    const { byMetric } = forecast({ ...HOUR, guards }, { expected }).expected;
    expect(byMetric).toMatchObject([{ metric: 'play', caught: { chance: expect.closeTo(1, 1) } }]);
  });

  test('ends inconclusive where too few listeners come', () => {
    const { expected } = forecast({ ...HOUR, extendAtMost: '1h' }, { traffic: 0.01, runs: 20 });
    expect(expected).toMatchObject({ inconclusive: { chance: 1 }, caughtAfterMs: null });
  });

  test('answers from the runs until then when it is stopped', () => {
    const work = simulation(HOUR);
    for (let step = 0; step < 30; step += 1) work.next();
    const stopped = work.next(true);
    expect(stopped.done).toBe(true);
    expect(stopped.value).toMatchObject({ expected: { runs: expect.any(Number) } });
    expect((stopped.value as { expected: { runs: number } }).expected.runs).toBeLessThan(30);
  });
});
