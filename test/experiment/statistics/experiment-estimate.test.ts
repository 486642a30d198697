import { describe, expect, test } from 'vitest';
import {
  combineArms,
  combinedConfidenceSequence,
} from '../../../src/experiment/statistics/combine-phases.ts';
import { confidenceSequence } from '../../../src/experiment/statistics/confidence-sequence.ts';
import { daysToDecision } from '../../../src/experiment/statistics/days-to-decision.ts';
import { experimentEstimate } from '../../../src/experiment/statistics/experiment-estimate.ts';
import { experimentGate } from '../../../src/experiment/statistics/experiment-gate.ts';
import { fixedHorizon } from '../../../src/experiment/statistics/fixed-horizon.ts';
import { liftSequence } from '../../../src/experiment/statistics/lift-sequence.ts';
import {
  sampleRatioLogBayesFactor,
  sampleRatioOfPhases,
} from '../../../src/experiment/statistics/sample-ratio.ts';
import type { TwoArms } from '../../../src/experiment/statistics/sample.ts';
import { fc } from '../../support/seeded-fast-check.ts';

const SETTINGS = { alpha: 0.05, tuning: 5_000 };
const rates = (nC: number, xC: number, nT: number, xT: number): TwoArms => ({
  kind: 'proportion',
  control: { n: nC, successes: xC },
  treatment: { n: nT, successes: xT },
});
const ENOUGH = { units: 0, events: 0, nonEvents: 0 };

describe('the gate of an experiment', () => {
  test.each([
    ['is ready at 100 units, 10 events and 10 non-events', [rates(100, 10, 100, 90)], { status: 'ready' }],
    [
      'says what each arm lacks',
      [rates(99, 3, 200, 195)],
      {
        status: 'not-enough-data',
        missing: {
          control: { units: 1, events: 7, nonEvents: 0 },
          treatment: { units: 0, events: 0, nonEvents: 5 },
        },
      },
    ],
    ['adds up phases', [rates(60, 5, 60, 5), rates(60, 5, 60, 5)], { status: 'ready' }],
    [
      'of nothing lacks all',
      [],
      {
        status: 'not-enough-data',
        missing: {
          control: { units: 100, events: 10, nonEvents: 10 },
          treatment: { units: 100, events: 10, nonEvents: 10 },
        },
      },
    ],
  ])('%s', (_, phases, gate) => {
    expect(experimentGate(phases)).toEqual(gate);
  });

  test('needs 500 units for a mean, and ten of them that carry its sum', () => {
    const many = { n: 500, sum: 500, sumOfSquares: 1_000 };
    // One listener with all of it.
    const one = { n: 600, sum: 100, sumOfSquares: 10_000 };
    expect(experimentGate([{ kind: 'mean', control: many, treatment: many }])).toEqual({ status: 'ready' });
    expect(experimentGate([{ kind: 'mean', control: { ...many, n: 499 }, treatment: one }])).toEqual({
      status: 'not-enough-data',
      missing: { control: { ...ENOUGH, units: 1 }, treatment: { ...ENOUGH, events: 9 } },
    });
  });

  test('lacks all events of a mean that is 0 for all units', () => {
    const none = { n: 500, sum: 0, sumOfSquares: 0 };
    expect(experimentGate([{ kind: 'mean', control: none, treatment: none }])).toEqual({
      status: 'not-enough-data',
      missing: { control: { ...ENOUGH, events: 10 }, treatment: { ...ENOUGH, events: 10 } },
    });
  });

  test('needs the same for a ratio', () => {
    const skips = {
      n: 480,
      numeratorSum: 900,
      denominatorSum: 4_000,
      numeratorSumOfSquares: 5_000,
      denominatorSumOfSquares: 60_000,
      sumOfProducts: 9_000,
    };
    expect(experimentGate([{ kind: 'ratio', control: skips, treatment: { ...skips, n: 500 } }])).toEqual({
      status: 'not-enough-data',
      missing: { control: { ...ENOUGH, units: 20 }, treatment: ENOUGH },
    });
  });
});

describe('the estimate of an experiment', () => {
  test('of one phase is the confidence sequence, with the fixed interval beside it', () => {
    const arms = rates(2_000, 200, 2_000, 270);
    expect(experimentEstimate([arms], SETTINGS)).toMatchObject({
      status: 'ok',
      difference: confidenceSequence({ ...arms, ...SETTINGS, relative: false }),
      fixedHorizon: fixedHorizon({ ...arms, relative: false, alpha: 0.05 }),
      decided: true,
    });
  });

  test('is not given before the gate, nor where every unit has the same value', () => {
    const same = { n: 600, sum: 1_200, sumOfSquares: 2_400 };
    expect(experimentEstimate([rates(50, 20, 50, 20)], SETTINGS).status).toBe('not-enough-data');
    expect(experimentEstimate([{ kind: 'mean', control: same, treatment: same }], SETTINGS)).toEqual({
      status: 'no-spread',
    });
  });

  describe('with what units did before', () => {
    /** 600 units in each arm; `follows` says how many of ten do afterwards as they did before. */
    const covariates = (follows: number) => {
      const sums = {
        n: 600,
        preSum: 0,
        preSumOfSquares: 0,
        postSum: 0,
        postSumOfSquares: 0,
        sumOfProducts: 0,
      };
      for (let unit = 0; unit < 600; unit += 1) {
        const pre = unit % 5;
        const post = unit % 10 < follows ? pre : Math.floor(unit / 5) % 5;
        sums.preSum += pre;
        sums.preSumOfSquares += pre * pre;
        sums.postSum += post;
        sums.postSumOfSquares += post * post;
        sums.sumOfProducts += pre * post;
      }
      return sums;
    };
    const estimateOf = (follows: number) => {
      const pair = { control: covariates(follows), treatment: covariates(follows) };
      const sums = ({ n, postSum: sum, postSumOfSquares: sumOfSquares }: typeof pair.control) => ({
        n,
        sum,
        sumOfSquares,
      });
      const arms: TwoArms = { kind: 'mean', control: sums(pair.control), treatment: sums(pair.treatment) };
      const estimate = experimentEstimate([arms], SETTINGS, [pair]);
      if (estimate.status !== 'ok') throw new Error('expected enough data');
      return estimate;
    };

    test('is narrower by as much as it says, with the plain difference beside it', () => {
      const { adjustment, difference, controlMean } = estimateOf(7);
      expect(adjustment?.varianceLeft).toBeLessThan(0.52);
      const plain = adjustment?.unadjusted ?? difference;
      expect((difference.halfWidth / plain.halfWidth) ** 2).toBeCloseTo(adjustment?.varianceLeft ?? 0, 9);
      // The means stay what they were.
      expect(controlMean).toBeCloseTo(covariates(7).postSum / 600, 9);
    });

    test('is plain where that leaves more than 95 % of the variance', () => {
      expect(estimateOf(0).adjustment).toBeNull();
      expect(estimateOf(1).adjustment).toBeNull();
      expect(estimateOf(3).adjustment?.varianceLeft).toBeLessThan(0.95);
    });
  });

  test('excludes no lift exactly where it excludes no difference', () => {
    const successes = fc.integer({ min: 10, max: 400 });
    fc.assert(
      fc.property(successes, successes, (xC, xT) => {
        const estimate = experimentEstimate([rates(800, xC, 800, xT)], SETTINGS);
        fc.pre(estimate.status === 'ok' && estimate.lift.status === 'ok');
        if (estimate.status !== 'ok' || estimate.lift.status !== 'ok') return;
        expect(estimate.lift.lower > 0 || estimate.lift.upper < 0).toBe(estimate.decided);
        expect(estimate.decided).toBe(estimate.difference.pValue < 0.05);
      }),
    );
  });

  test.each([100, 1_000, 5_000, 100_000])(
    'at a planned size of %s is at most 1.6 times as wide as the fixed interval',
    (tuning) => {
      const arms = rates(tuning / 2, tuning / 10, tuning / 2, tuning / 10);
      const sequence = confidenceSequence({ ...arms, alpha: 0.05, tuning, relative: false });
      const fixed = fixedHorizon({ ...arms, alpha: 0.05, relative: false });
      if (sequence.status !== 'ok' || fixed.status !== 'ok') throw new Error('expected enough data');
      expect((sequence.upper - sequence.lower) / (fixed.upper - fixed.lower)).toBeLessThan(1.6);
    },
  );
});

describe('the lift', () => {
  const arm = (n: number, mean: number, variance: number) => ({ n, mean, variance });

  test('holds the ratios whose difference is not excluded', () => {
    const control = arm(1_000, 2, 3);
    const treatment = arm(1_000, 2.2, 4);
    const lift = liftSequence({ control, treatment, units: 2_000 }, SETTINGS);
    if (lift.status !== 'ok') throw new Error('expected enough data');
    for (const end of [lift.lower, lift.upper]) {
      // treatment − (1 + L) control, as a difference of its own: 0 is at the end of its sequence.
      const scaled = arm(1_000, (1 + end) * 2, (1 + end) ** 2 * 3);
      const sequence = combinedEnd(scaled, treatment);
      expect(sequence).toBeCloseTo(0, 9);
    }
  });

  /** How far 0 is from the nearer end of the sequence of the difference. */
  function combinedEnd(control: ReturnType<typeof arm>, treatment: ReturnType<typeof arm>): number {
    const lift = liftSequence({ control, treatment, units: 2_000 }, SETTINGS);
    return lift.status === 'ok' ? Math.min(Math.abs(lift.lower), Math.abs(lift.upper)) : Number.NaN;
  }

  test.each([
    ['a control that is not yet told from 0', arm(1_000, 0.01, 3)],
    ['a control below 0', arm(1_000, -2, 3)],
  ])('of %s is not enough data', (_, control) => {
    expect(liftSequence({ control, treatment: arm(1_000, 2, 3), units: 2_000 }, SETTINGS)).toEqual({
      status: 'not-enough-data',
    });
  });
});

describe('phases', () => {
  test('are weighted by how much their difference tells, never pooled', () => {
    // 5 % and then 12 %, no difference within either phase; pooled, the treatment has 3 points more.
    const phases = [rates(9_500, 475, 500, 25), rates(5_000, 600, 5_000, 600)];
    const combined = combineArms(phases);
    expect((combined?.treatment.mean ?? 0) - (combined?.control.mean ?? 1)).toBeCloseTo(0, 12);
    const result = combinedConfidenceSequence(phases, { ...SETTINGS, relative: false });
    const pooled = confidenceSequence({ ...rates(14_500, 1_075, 5_500, 625), ...SETTINGS, relative: false });
    expect([result.status === 'ok' && result.pValue, pooled.status === 'ok' && pooled.pValue < 1e-6]).toEqual(
      [1, true],
    );
  });

  test('of one size and rate are as good as one', () => {
    const half = rates(1_000, 100, 1_000, 130);
    const twice = combinedConfidenceSequence([half, half], { ...SETTINGS, relative: false });
    const whole = confidenceSequence({ ...rates(2_000, 200, 2_000, 260), ...SETTINGS, relative: false });
    if (twice.status !== 'ok' || whole.status !== 'ok') throw new Error('expected enough data');
    expect([twice.lower, twice.upper]).toEqual([
      expect.closeTo(whole.lower, 12),
      expect.closeTo(whole.upper, 12),
    ]);
  });

  test('count by nC nT / (nC + nT), however large one arm is', () => {
    // 0 points with weight 99, 2 points with weight 500.
    const combined = combineArms([rates(9_900, 990, 100, 10), rates(1_000, 100, 1_000, 120)]);
    const difference = (combined?.treatment.mean ?? 0) - (combined?.control.mean ?? 0);
    expect(difference).toBeCloseTo((0.02 * 500) / 599, 12);
    expect(combined?.units).toBeCloseTo((10_000 * 599) / 99, 9);
  });

  test('with an empty arm are left out', () => {
    const phase = rates(1_000, 100, 1_000, 130);
    expect(combineArms([rates(500, 50, 0, 0), rates(1, 1, 500, 50), phase])).toEqual(combineArms([phase]));
    expect(combineArms([rates(500, 50, 0, 0)])).toBeNull();
  });

  test('each have a sample ratio of their own', () => {
    const first = { counts: [950, 50], probabilities: [0.95, 0.05] };
    const second = { counts: [560, 440], probabilities: [0.5, 0.5] };
    const both = sampleRatioOfPhases([first, second], 1_000);
    expect(both).toBeCloseTo(
      sampleRatioLogBayesFactor({ ...first, concentration: 1_000 }) +
        sampleRatioLogBayesFactor({ ...second, concentration: 1_000 }),
      12,
    );
  });
});

describe('days to a decision', () => {
  const estimate = { status: 'ok', effect: 0.01, standardError: 0.01 } as const;
  const input = { ...SETTINGS, estimate, units: 4_000, unitsPerDay: 1_000 };

  test('end where the sequence is as narrow as the effect', () => {
    const answer = daysToDecision(input);
    if (answer.status !== 'ok') throw new Error('expected days');
    const units = 4_000 + answer.missingUnits;
    const later = { ...estimate, standardError: 0.01 * Math.sqrt(4_000 / units) };
    const sequence = daysToDecision({ ...input, estimate: { ...later, effect: 0.0101 }, units });
    expect(sequence.status).toBe('decided');
    expect(answer.days).toBe(answer.missingUnits / 1_000);
  });

  test('are fewer for a larger effect', () => {
    const [small, large] = [0.01, 0.03].map((effectOfInterest) =>
      daysToDecision({ ...input, effectOfInterest }),
    );
    if (small?.status !== 'ok' || large?.status !== 'ok') throw new Error('expected days');
    expect(large.days).toBeLessThan(small.days / 5);
  });

  test.each([
    ['no units come', { unitsPerDay: 0 }],
    ['no effect is looked for', { effectOfInterest: 0 }],
  ])('are unknown when %s', (_, change) => {
    expect(daysToDecision({ ...input, ...change })).toEqual({ status: 'not-enough-data' });
  });

  test('are over when 0 is excluded', () => {
    expect(daysToDecision({ ...input, estimate: { ...estimate, effect: 0.1 } })).toEqual({
      status: 'decided',
    });
  });
});
