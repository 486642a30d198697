import { describe, expect, test } from 'vitest';
import { type ArmTotals, MIXED, REPORTING } from '../../../src/experiment/counting/arm-totals.ts';
import { BOT } from '../../../src/experiment/counting/assignment.ts';
import type { Experiment } from '../../../src/experiment/experiment.ts';
import { type Metric, SITE_METRICS } from '../../../src/experiment/metrics/metric.ts';
import type { KnownAnswer } from '../../../src/experiment/reading.ts';
import type { Phase } from '../../../src/experiment/phases.ts';
import {
  eEventsMixtureTotals,
  TWO_SIDED_RATIOS,
} from '../../../src/experiment/statistics/e-events-mixture.ts';
import { experimentResult } from '../../../src/experiment/result/experiment-result.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

const metric = (key: string): Metric => {
  const found = SITE_METRICS.find((each) => each.key === key);
  if (found === undefined) throw new Error(`no metric ${key}`);
  return found;
};

const experiment = (metrics: readonly string[], treatments = 1): Experiment => ({
  id: 'e1',
  environment: { project: 'default', environment: 'production' },
  status: 'running',
  design: {
    name: 'The full playlist',
    flag_name: 'progressive-rollout',
    rule: 'default',
    control: { variation: 0, name: 'The top 10' },
    treatments: Array.from({ length: treatments }, (_, place) => ({
      variation: place + 1,
      name: `Version ${place + 1}`,
    })),
    primary_metric: metrics[0] ?? '',
    other_metrics: metrics.slice(1),
    alpha: 0.05,
    planned_units: 10_000,
    history_days: 7,
  },
  metrics: metrics.map(metric),
  unitKind: 'user',
  seenAuditId: 1,
  wasTracked: false,
  createdAt: NOW - DAY,
  createdBy: { id: 'test', via: 'test' },
  startedAt: NOW - DAY,
  stoppedAt: null,
  decidedAt: null,
});

const phase = (number: number, weights: readonly number[]): Phase => ({
  number,
  fromVersion: number,
  startedAt: NOW - DAY,
  endedAt: null,
  weights,
});
const half = phase(1, [50_000, 50_000]);

/** An arm's units, how many of them report, and how many had the event of the primary metric. */
const arm = (
  variation: number,
  units: number,
  events: number,
  reporting = units,
  number = 1,
): ArmTotals[] => [
  { phase: number, variation, metric: REPORTING, units, x: reporting, y: 0, xx: reporting, yy: 0, xy: 0 },
  { phase: number, variation, metric: 0, units: 0, x: events, y: 0, xx: events, yy: 0, xy: 0 },
];

const result = (
  totals: readonly ArmTotals[],
  phases: readonly Phase[] = [half],
  answers: readonly KnownAnswer[] = [],
) => experimentResult({ experiment: experiment(['playlist-error']), phases, totals, answers }, NOW);

describe('a result', () => {
  test('says what is missing, and the exact evidence so far', () => {
    const { metrics, sentence } = result([...arm(0, 40, 2), ...arm(1, 45, 12)]);
    expect(metrics[0]?.comparison).toMatchObject({
      status: 'not-enough-data',
      missing: { control: { units: 60, events: 8, nonEvents: 0 }, treatment: { units: 55, events: 0 } },
      eValue: eEventsMixtureTotals({
        ...TWO_SIDED_RATIOS,
        classes: [{ share: 0.5, treatmentEvents: 12, controlEvents: 2 }],
      }).eValue,
    });
    expect(sentence).toBe(
      'Version 1: not enough data on listeners with an error yet; the control needs 60 more listeners and 8 more with an event, the treatment needs 55 more listeners; 85 listeners so far.',
    );
  });

  test('says the lift in one sentence when it is decided', () => {
    const { metrics, sentence } = result([...arm(0, 5_000, 500), ...arm(1, 5_050, 900)]);
    expect(metrics[0]).toMatchObject({
      isDecided: true,
      adjustedPValue: metrics[0]?.comparison.status === 'ok' ? metrics[0].comparison.pValue : null,
    });
    expect(sentence).toMatch(
      /^Version 1: \d+\.\d % to \d+\.\d % more listeners with an error; 10,050 listeners\.$/,
    );
  });

  test('says how much is missing when it is not', () => {
    const { metrics, sentence } = result([...arm(0, 5_000, 500), ...arm(1, 5_050, 515)]);
    expect(metrics[0]?.isDecided).toBe(false);
    expect(sentence).toMatch(
      /^Version 1: no difference in listeners with an error is shown, from .* less to .* more; 10,050 listeners; about [\d,]+ more would decide, in [\d,]+ days at this rate\.$/,
    );
  });

  test('warns of arms that have not the sizes of their weights', () => {
    const { sampleRatio, sentence } = result([...arm(0, 5_000, 500), ...arm(1, 5_600, 560)]);
    expect(sampleRatio.isMismatch).toBe(true);
    expect(sentence).toMatch(/^Do not trust this result/);
  });

  test('warns of a version that stops reporting', () => {
    const { sampleRatio, reportingRatio, sentence } = result([
      ...arm(0, 5_000, 500, 4_000),
      ...arm(1, 5_010, 500, 3_000),
    ]);
    expect([sampleRatio.isMismatch, reportingRatio.isMismatch]).toEqual([false, true]);
    expect(sentence).toMatch(/^Look before you trust this result/);
  });

  test('is not fooled by a rate that drifts while the weights change', () => {
    const phases = [phase(1, [90_000, 10_000]), phase(2, [10_000, 90_000])];
    const totals = [
      ...arm(0, 9_000, 450),
      ...arm(1, 1_000, 50),
      ...arm(0, 1_000, 200, 1_000, 2),
      ...arm(1, 9_000, 1_800, 9_000, 2),
    ];
    expect(result(totals, phases).metrics[0]?.isDecided).toBe(false);
  });

  test('names the listeners that no arm counts', () => {
    const none = { phase: 1, metric: REPORTING, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
    const apart = [
      { ...none, variation: MIXED, units: 7 },
      { ...none, variation: BOT, units: 3 },
    ];
    expect(result([...arm(0, 10, 1), ...arm(1, 12, 1), ...apart])).toMatchObject({
      excluded: 7,
      bots: 3,
      arms: [{ units: 10 }, { units: 12 }],
    });
  });

  test('of several treatments is adjusted by Holm', () => {
    const thirds = phase(1, [33_334, 33_333, 33_333]);
    const totals = [...arm(0, 5_000, 500), ...arm(1, 5_000, 590), ...arm(2, 5_000, 500)];
    const { metrics } = experimentResult(
      { experiment: experiment(['playlist-error'], 2), phases: [thirds], totals, answers: [] },
      NOW,
    );
    const [first] = metrics;
    const pValue = first?.comparison.status === 'ok' ? first.comparison.pValue : Number.NaN;
    expect(first?.adjustedPValue).toBeCloseTo(2 * pValue, 10);
  });
});
