import { describe, expect, test } from 'vitest';
import {
  confidenceSequence,
  confidenceSequenceOneSided,
  sequenceAround,
} from '../../../src/experiment/statistics/confidence-sequence.ts';
import { eScoreMixture } from '../../../src/experiment/statistics/e-score-mixture.ts';
import { eTwoProportionsBlocks } from '../../../src/experiment/statistics/e-two-proportions-blocks.ts';
import { relativeLift } from '../../../src/experiment/statistics/fixed-horizon.ts';
import {
  minimalDetectableMean,
  minimalDetectableProportion,
  powerProportions,
  sampleSizeMeans,
} from '../../../src/experiment/statistics/power.ts';
import {
  sampleRatioChiSquare,
  sampleRatioSequential,
} from '../../../src/experiment/statistics/sample-ratio.ts';
import { fc } from '../../support/seeded-fast-check.ts';

/** Simpson's rule: straightforward, and exact enough for smooth functions. */
function integral(of: (x: number) => number, from: number, to: number): number {
  const steps = 4_000;
  const width = (to - from) / steps;
  let sum = of(from) + of(to);
  for (let step = 1; step < steps; step += 1) sum += (step % 2 === 0 ? 2 : 4) * of(from + step * width);
  return (sum * width) / 3;
}

const normalDensity = (x: number, sd: number): number =>
  Math.exp(-0.5 * (x / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
const likelihoodRatio = (theta: number, score: number, variance: number): number =>
  Math.exp(theta * score - 0.5 * theta * theta * variance);

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('mixtures over the size of the effect, as integrals', () => {
  test('the evidence of a score, on both sides and on one', () => {
    fc.assert(
      fc.property(between(-4, 4), between(0.5, 40), between(0.05, 0.8), (z, variance, rho) => {
        const score = z * Math.sqrt(variance);
        const result = eScoreMixture({ score, variance, rho });
        if (result.status !== 'ok') throw new Error('expected enough data');
        const weighed = (theta: number) =>
          likelihoodRatio(theta, score, variance) * normalDensity(theta, rho);
        const [below, above] = [integral(weighed, -9 * rho, 0), integral(weighed, 0, 9 * rho)];
        expect(result.logETwoSided).toBeCloseTo(Math.log(below + above), 6);
        expect(result.logEOneSided).toBeCloseTo(Math.log(2 * above), 6);
      }),
    );
  });

  test('a confidence sequence is what the mixture does not exclude', () => {
    fc.assert(
      fc.property(
        between(-3, 3),
        between(20, 50_000),
        between(100, 50_000),
        between(0.001, 0.2),
        (z, units, tuning, alpha) => {
          const settings = { alpha, tuning };
          const at = (effect: number) =>
            sequenceAround({ status: 'ok', effect, standardError: 1 }, units, settings);
          const { rho, halfWidth, logE } = at(z);
          // z standard errors after `units` are a score of z √units with the variance `units`.
          const theta = (x: number) =>
            likelihoodRatio(x, z * Math.sqrt(units), units) * normalDensity(x, rho);
          expect(logE).toBeCloseTo(Math.log(integral(theta, -9 * rho, 9 * rho)), 4);
          // 0 lies on the bound exactly where the evidence against it is 1 / alpha.
          expect(at(halfWidth).logE).toBeCloseTo(-Math.log(alpha), 8);
          expect(at(halfWidth).lower).toBeCloseTo(0, 8);
        },
      ),
    );
  });

  test('one side is nearer than two, and both get closer as units come', () => {
    const arms = (n: number) =>
      ({
        kind: 'proportion',
        control: { n, successes: n / 10 },
        treatment: { n, successes: n / 10 },
      }) as const;
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 2_000 }), between(0.001, 0.1), (tens, alpha) => {
        const settings = { alpha, tuning: 2_000 };
        const widthOf = (n: number) => {
          const one = confidenceSequenceOneSided({ ...arms(n), ...settings });
          const two = confidenceSequence({ ...arms(n), ...settings, relative: false });
          if (one.status !== 'ok' || two.status !== 'ok') throw new Error('expected enough data');
          return { one: one.halfWidth, two: two.halfWidth };
        };
        const [few, many] = [widthOf(10 * tens), widthOf(20 * tens)];
        expect(few.one).toBeLessThan(few.two);
        expect([many.one < few.one, many.two < few.two]).toEqual([true, true]);
      }),
    );
  });
});

test('without an effect, the mean of the e-value over all blocks is 1', () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
  const binomial = (n: number, k: number, p: number): number => choose(n, k) * p ** k * (1 - p) ** (n - k);
  const [controlPerBlock, treatmentPerBlock] = [2, 1];
  const blocks = [0, 1, 2].flatMap((control) => [0, 1].map((treatment) => [control, treatment] as const));
  const prior = { controlSuccess: 1, controlFailure: 1, treatmentSuccess: 1, treatmentFailure: 1 };
  fc.assert(
    fc.property(between(0.02, 0.98), (rate) => {
      const chance = ([control, treatment]: readonly [number, number]): number =>
        binomial(controlPerBlock, control, rate) * binomial(treatmentPerBlock, treatment, rate);
      let mean = 0;
      for (const first of blocks) {
        for (const second of blocks) {
          const { eValue } = eTwoProportionsBlocks({
            controlPerBlock,
            treatmentPerBlock,
            prior,
            side: 'two-sided',
            blocks: [first, second],
          });
          mean += chance(first) * chance(second) * eValue;
        }
      }
      expect(mean).toBeLessThanOrEqual(1 + 1e-9);
    }),
  );
});

test('the standard error of a lift, by the slopes of the ratio', () => {
  const rate = between(0.05, 0.9);
  const size = fc.integer({ min: 50, max: 5_000 });
  fc.assert(
    fc.property(rate, rate, size, size, (pC, pT, nC, nT) => {
      const control = { n: nC, successes: Math.round(nC * pC) };
      const treatment = { n: nT, successes: Math.round(nT * pT) };
      const result = relativeLift({ kind: 'proportion', control, treatment, alpha: 0.05 });
      fc.pre(result.status === 'ok');
      if (result.status !== 'ok') return;
      const [c, t] = [control.successes / nC, treatment.successes / nT];
      const lift = (of: number, to: number): number => (to - of) / of;
      const slope = (f: (x: number) => number, x: number): number => (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;
      const byControl = slope((x) => lift(x, t), c);
      const byTreatment = slope((x) => lift(c, x), t);
      const error = Math.sqrt((byControl ** 2 * c * (1 - c)) / nC + (byTreatment ** 2 * t * (1 - t)) / nT);
      expect(result.effect).toBeCloseTo(lift(c, t), 12);
      expect(result.standardError / error).toBeCloseTo(1, 6);
    }),
  );
});

describe('the ratio of sizes', () => {
  test('of two arms is the square of how far one is from what was planned', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        between(0.1, 0.9),
        (a, b, p) => {
          const n = a + b;
          const z = (a - n * p) / Math.sqrt(n * p * (1 - p));
          const { chiSquare, degreesOfFreedom } = sampleRatioChiSquare({
            counts: [a, b],
            weights: [p, 1 - p],
          });
          expect(degreesOfFreedom).toBe(1);
          expect(chiSquare / (z * z || 1)).toBeCloseTo(z === 0 ? 0 : 1, 6);
        },
      ),
    );
  });

  test('batch after batch keeps its smallest p-value', () => {
    const batch = fc.tuple(fc.nat(300), fc.nat(300));
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 10 }), (batches) => {
        const { logBayesFactorAfterEach: logs, pValueAfterEach } = sampleRatioSequential({
          probabilities: [0.5, 0.5],
          concentration: 100,
          batches,
        });
        const expected = logs.map((_, place) =>
          Math.min(1, ...logs.slice(0, place + 1).map((log) => Math.exp(-log))),
        );
        expect(pValueAfterEach).toEqual(expected.map((p) => expect.closeTo(p, 12)));
      }),
    );
  });
});

describe('the smallest effect that is seen', () => {
  test('of proportions has the power, and a smaller one has less', () => {
    fc.assert(
      fc.property(
        between(0.02, 0.5),
        fc.integer({ min: 200, max: 20_000 }),
        between(0.6, 0.95),
        (baseline, n, power) => {
          const test = { baseline, control: n, treatmentN: n, alpha: 0.05 };
          const found = minimalDetectableProportion({ ...test, power });
          fc.pre(found.status === 'ok');
          if (found.status !== 'ok') return;
          const powerAt = (treatment: number) => {
            const result = powerProportions({ ...test, treatment });
            return result.status === 'ok' ? result.power : Number.NaN;
          };
          expect(powerAt(found.treatment)).toBeCloseTo(power, 6);
          expect(powerAt(baseline + found.difference / 2)).toBeLessThan(power);
        },
      ),
    );
  });

  test('of means is that for which the size was planned', () => {
    fc.assert(
      fc.property(
        between(0.1, 50),
        between(0.05, 5),
        between(0.6, 0.95),
        fc.constantFrom(0.5, 1, 4),
        (standardDeviation, difference, power, ratio) => {
          const plan = { standardDeviation, alpha: 0.05, power };
          const size = sampleSizeMeans({ ...plan, difference, ratio });
          if (size.status !== 'ok') throw new Error('expected a size');
          const control = size.controlExact;
          expect(minimalDetectableMean({ ...plan, control, treatmentN: control * ratio })).toEqual({
            status: 'ok',
            difference: expect.closeTo(difference, 9),
          });
        },
      ),
    );
  });
});
