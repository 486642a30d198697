import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../../src/experiment/result/compare.ts';
import type { ExperimentResult } from '../../../../src/experiment/result/experiment-result.ts';
import { SITE_METRICS } from '../../../../src/experiment/metrics/metric.ts';
import { CHART_WIDTH, intervalChart } from '../../../../src/http/dashboard/experiment/interval-chart.ts';

const treatment = { variation: 0, name: 'true', units: 100, reporting: 90 };
const RATIO = { pValue: 1, isMismatch: false };

function resultWith(
  lifts: readonly (readonly [lower: number, upper: number] | null)[],
  { key = 'play', isDecided = true } = {},
): ExperimentResult {
  const metric = SITE_METRICS.find((one) => one.key === key);
  if (metric === undefined) throw new Error(`the site has no metric ${key}`);
  return {
    arms: [],
    excluded: 0,
    bots: 0,
    sampleRatio: RATIO,
    reportingRatio: RATIO,
    isDecided,
    sentence: '',
    metrics: lifts.map((lift) => ({
      metric,
      isPrimary: true,
      treatment,
      comparison: comparisonOf(lift),
      adjustedPValue: 0.01,
      isDecided,
      stableSince: null,
      sentence: '',
    })),
  };
}

function comparisonOf(lift: readonly [number, number] | null): Comparison {
  const interval = { effect: 0, lower: 0, upper: 0 };
  const [lower, upper] = lift ?? [0, 0];
  return {
    status: 'ok',
    controlMean: 1,
    treatmentMean: 1,
    difference: interval,
    lift: lift === null ? null : { lower, upper, effect: (lower + upper) / 2 },
    fixedHorizon: interval,
    pValue: 0.01,
    adjustment: null,
    missing: null,
  };
}

describe('the picture of intervals', () => {
  test('puts no effect in the middle, and each bound where it belongs', () => {
    const chart = intervalChart(resultWith([[0.1, 0.2]]));
    const [row] = chart?.rows ?? [];
    const [, zero, end] = chart?.ticks ?? [];
    expect(chart?.ticks.map(({ text }) => text)).toEqual(['−20\u00a0%', 'no effect', '+20\u00a0%']);
    expect(row?.to).toBe(end?.x);
    expect(row?.from).toBeCloseTo(((zero?.x ?? 0) + (end?.x ?? 0)) / 2, -1);
    expect(row?.text).toBe('+10\u00a0% to +20\u00a0%');
  });

  test.each([
    ['play', [0.1, 0.2], true, 'better'],
    ['play', [-0.2, -0.1], true, 'worse'],
    ['playlist-error', [0.1, 0.2], true, 'worse'],
    ['play', [-0.1, 0.2], false, 'unknown'],
  ] as const)('%s at %j, decided: %s, is %s', (key, lift, isDecided, tone) => {
    expect(intervalChart(resultWith([lift], { key, isDecided }))?.rows[0]?.tone).toBe(tone);
  });

  test('a very wide interval stays inside the picture', () => {
    const [row] = intervalChart(resultWith([[-50, 900]]))?.rows ?? [];
    expect(row?.from).toBeGreaterThan(0);
    expect(row?.to).toBeLessThanOrEqual(CHART_WIDTH);
  });

  test('there is none before a metric has an interval', () => {
    expect(intervalChart(resultWith([null]))).toBeUndefined();
    expect(intervalChart(resultWith([]))).toBeUndefined();
  });
});
