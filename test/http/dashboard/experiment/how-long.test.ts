import { expect, test } from 'vitest';
import type { Comparison } from '../../../../src/experiment/result/compare.ts';
import type { Experiment } from '../../../../src/experiment/experiment.ts';
import type { ExperimentResult } from '../../../../src/experiment/result/experiment-result.ts';
import { SITE_METRICS } from '../../../../src/experiment/metrics/metric.ts';
import { howLong } from '../../../../src/http/dashboard/experiment/how-long.ts';

const RATIO = { pValue: 1, isMismatch: false };
const arm = (variation: number, units: number) => ({ variation, name: 'New', units, reporting: units });

function say(
  units: number,
  missing: Extract<Comparison, { readonly status: 'ok' }>['missing'],
  {
    isDecided = false,
    status = 'running',
  }: Readonly<{ isDecided?: boolean; status?: Experiment['status'] }> = {},
) {
  const interval = { effect: 0.05, lower: -0.05, upper: 0.15 };
  const result: ExperimentResult = {
    arms: [arm(1, units / 2), arm(0, units / 2)],
    excluded: 0,
    bots: 0,
    sampleRatio: RATIO,
    reportingRatio: RATIO,
    isDecided,
    sentence: '',
    metrics: [
      {
        metric: SITE_METRICS.find(({ key }) => key === 'play')!,
        isPrimary: true,
        treatment: arm(0, units / 2),
        comparison: {
          status: 'ok',
          controlMean: 1,
          treatmentMean: 1,
          difference: interval,
          lift: interval,
          fixedHorizon: interval,
          pValue: 0.1,
          adjustment: null,
          missing,
        },
        adjustedPValue: 0.1,
        isDecided,
        stableSince: null,
        sentence: '',
      },
    ],
  };
  const design = {
    name: 'One',
    flag_name: 'checkout',
    rule: 'default',
    control: { variation: 1, name: 'Old' },
    treatments: [{ variation: 0, name: 'New' }],
    primary_metric: 'play',
    other_metrics: [],
    alpha: 0.05,
    planned_units: 10_000,
    history_days: 7,
  };
  return howLong({ design, status }, result);
}

test('says how far it is, what the planned size can show, and how long it still takes', () => {
  expect(say(2_500, { units: 4_200, days: 3.2 })).toEqual([
    '2,500 of 10,000 planned listeners have come: 25 %.',
    expect.stringMatching(
      /^New: at the planned size the interval of .+ will be about [1-9]\.?\d*\u00a0% to either/,
    ),
    'New: if the effect stays as it is, about 4,200 more listeners would decide it, in 4 days at this rate.',
  ]);
});

test.each([
  [{ units: 10, days: 0.2 }, {}, 'about 10 more listeners would decide it, within a day at this rate.'],
  [{ units: 10, days: null }, {}, 'about 10 more listeners would decide it.'],
  [null, {}, 'a decision is out of sight.'],
  [null, { isDecided: true }, 'is decided; nothing more is needed.'],
])('%o, %o: %s', (missing, more, words) => {
  expect(say(20_000, missing, more).at(-1)).toContain(words);
});

test('a draft has not begun, and one that is stopped waits for nobody', () => {
  expect(say(0, null, { status: 'draft' })).toEqual([]);
  expect(say(20_000, { units: 5, days: 1 }, { status: 'stopped' })).toEqual([
    '20,000 of 10,000 planned listeners have come: 100 %.',
  ]);
});
