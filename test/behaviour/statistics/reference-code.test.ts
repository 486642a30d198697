import { describe, expect, test } from 'vitest';
import { cuped } from '../../../src/experiment/statistics/cuped.ts';
import { ratioMetric } from '../../../src/experiment/statistics/fixed-horizon.ts';
import { multipleComparisons } from '../../../src/experiment/statistics/multiple-comparisons.ts';
import { powerProportions, sampleSizeProportions } from '../../../src/experiment/statistics/power.ts';
import {
  sampleRatioChiSquare,
  sampleRatioLogBayesFactor,
} from '../../../src/experiment/statistics/sample-ratio.ts';
import { twoProportionZ } from '../../../src/experiment/statistics/two-proportion-z.ts';
import { welchT } from '../../../src/experiment/statistics/welch-t.ts';
import { winsorise } from '../../../src/experiment/statistics/winsorise.ts';
import { fc } from '../../support/seeded-fast-check.ts';

/** Straightforward code over the values themselves, as a textbook has it; ours sees running totals only. */
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const sumOfSquares = (values: readonly number[]): number => sum(values.map((value) => value * value));
const sampleVariance = (values: readonly number[]): number =>
  sum(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1);
const sums = (values: readonly number[]) => ({
  n: values.length,
  sum: sum(values),
  sumOfSquares: sumOfSquares(values),
});

const value = fc.integer({ min: 0, max: 5_000 }).map((tenths) => tenths / 10);
const arm = fc.array(value, { minLength: 2, maxLength: 40 });
const varies = (values: readonly number[]): boolean => new Set(values).size > 1;

describe('beside straightforward code over the values', () => {
  test("Welch's t", () => {
    fc.assert(
      fc.property(arm.filter(varies), arm.filter(varies), (control, treatment) => {
        const result = welchT({ control: sums(control), treatment: sums(treatment), alpha: 0.05 });
        const standardError = Math.sqrt(
          sampleVariance(control) / control.length + sampleVariance(treatment) / treatment.length,
        );
        expect(result).toMatchObject({
          difference: expect.closeTo(mean(treatment) - mean(control), 8),
          standardError: expect.closeTo(standardError, 8),
        });
      }),
    );
  });

  test('the mean of a ratio, as the mean of its linearised values', () => {
    const page = fc.tuple(value, fc.integer({ min: 1, max: 50 }));
    const pages = fc.array(page, { minLength: 2, maxLength: 40 });
    const spreadOf = (units: readonly (readonly [number, number])[]): number => {
      const ratio = sum(units.map(([n]) => n)) / sum(units.map(([, d]) => d));
      return sampleVariance(units.map(([n, d]) => (n - ratio * d) / mean(units.map(([, of]) => of))));
    };
    const totals = (units: readonly (readonly [number, number])[]) => ({
      n: units.length,
      numeratorSum: sum(units.map(([n]) => n)),
      denominatorSum: sum(units.map(([, d]) => d)),
      numeratorSumOfSquares: sumOfSquares(units.map(([n]) => n)),
      denominatorSumOfSquares: sumOfSquares(units.map(([, d]) => d)),
      sumOfProducts: sum(units.map(([n, d]) => n * d)),
    });
    fc.assert(
      fc.property(pages, pages, (control, treatment) => {
        fc.pre(spreadOf(control) > 1e-6 && spreadOf(treatment) > 1e-6);
        const result = ratioMetric({ control: totals(control), treatment: totals(treatment), alpha: 0.05 });
        expect(result.status === 'ok' && result.controlVariance / spreadOf(control)).toBeCloseTo(1, 6);
        expect(result.status === 'ok' && result.treatmentVariance / spreadOf(treatment)).toBeCloseTo(1, 6);
      }),
    );
  });

  test('CUPED, as Welch on what the covariate leaves', () => {
    const units = fc.array(fc.tuple(value, value), { minLength: 3, maxLength: 40 });
    const totals = (of: readonly (readonly [number, number])[]) => ({
      n: of.length,
      preSum: sum(of.map(([pre]) => pre)),
      preSumOfSquares: sumOfSquares(of.map(([pre]) => pre)),
      postSum: sum(of.map(([, post]) => post)),
      postSumOfSquares: sumOfSquares(of.map(([, post]) => post)),
      sumOfProducts: sum(of.map(([pre, post]) => pre * post)),
    });
    fc.assert(
      fc.property(units, units, (control, treatment) => {
        const result = cuped({ control: totals(control), treatment: totals(treatment), alpha: 0.05 });
        fc.pre(result.status === 'ok');
        const leftOf = (of: readonly (readonly [number, number])[]): readonly number[] =>
          of.map(([pre, post]) => post - result.theta * pre);
        const plain = welchT({
          control: sums(leftOf(control)),
          treatment: sums(leftOf(treatment)),
          alpha: 0.05,
        });
        fc.pre(plain.status === 'ok' && plain.standardError > 1e-3);
        expect(plain.status === 'ok' && result.standardError / plain.standardError).toBeCloseTo(1, 6);
        expect(plain.status === 'ok' && result.difference - plain.difference).toBeCloseTo(0, 6);
      }),
    );
  });

  test('the pooled z test squared is chi-square of the two by two table', () => {
    const size = fc.integer({ min: 5, max: 5_000 });
    fc.assert(
      fc.property(size, size, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (nC, nT, rate) => {
        const control = { n: nC, successes: Math.round(nC * rate) };
        const treatment = { n: nT, successes: Math.round(nT * rate * 0.8) };
        const result = twoProportionZ({ control, treatment, alpha: 0.05 });
        fc.pre(result.status === 'ok');
        const rateOfAll = (control.successes + treatment.successes) / (nC + nT);
        const cell = (seen: number, expected: number): number => (seen - expected) ** 2 / expected;
        const chiSquare = [control, treatment].flatMap(({ n, successes }) => [
          cell(successes, n * rateOfAll),
          cell(n - successes, n * (1 - rateOfAll)),
        ]);
        expect(result.status === 'ok' && result.zPooled ** 2 - sum(chiSquare)).toBeCloseTo(0, 8);
      }),
    );
  });

  test('adjusted p-values, by their definitions', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (pValues) => {
          const m = pValues.length;
          const rank = (p: number): number => pValues.filter((other) => other <= p).length;
          const holmOf = (p: number): number =>
            Math.min(
              1,
              Math.max(
                ...pValues.filter((q) => q <= p).map((q) => q * (m - pValues.filter((r) => r < q).length)),
              ),
            );
          const bhOf = (p: number): number =>
            Math.min(1, ...pValues.filter((q) => q >= p).map((q) => (q * m) / rank(q)));
          const result = multipleComparisons({ pValues });
          const close = (list: readonly number[]) => list.map((p) => expect.closeTo(p, 12));
          expect(result.bonferroni).toEqual(close(pValues.map((p) => Math.min(1, p * m))));
          expect(result.holm).toEqual(close(pValues.map(holmOf)));
          expect(result.benjaminiHochberg).toEqual(close(pValues.map(bhOf)));
        },
      ),
    );
  });

  test('the sample ratio, as the chance of each unit given those before', () => {
    const sequence = fc.array(fc.constantFrom(0, 1, 2), { maxLength: 150 });
    fc.assert(
      fc.property(sequence, (arms) => {
        const probabilities = [0.5, 0.3, 0.2];
        const concentration = 40;
        const counts = [0, 0, 0];
        let logFactor = 0;
        for (const [seen, arm] of arms.entries()) {
          const planned = probabilities[arm] ?? 0;
          const predicted = (concentration * planned + (counts[arm] ?? 0)) / (concentration + seen);
          logFactor += Math.log(predicted / planned);
          counts[arm] = (counts[arm] ?? 0) + 1;
        }
        expect(sampleRatioLogBayesFactor({ counts, probabilities, concentration })).toBeCloseTo(logFactor, 9);
      }),
    );
  });

  test('winsorised totals, value by value', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
        const result = winsorise({ values, lower: 0.05, upper: 0.9 });
        if (result.status !== 'ok') throw new Error('expected enough data');
        const capped = values.map((of) =>
          of < result.lowerCap ? result.lowerCap : Math.min(of, result.upperCap),
        );
        expect([result.n, result.sum]).toEqual([values.length, expect.closeTo(sum(capped), 6)]);
        expect(values.filter((of) => of > result.upperCap).length).toBeLessThanOrEqual(
          Math.ceil(values.length * 0.1),
        );
      }),
    );
  });

  test('the planned size has the planned power', () => {
    const rate = fc.double({ min: 0.02, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(rate, rate, fc.constantFrom(0.5, 1, 4), (baseline, treatment, ratio) => {
        fc.pre(Math.abs(treatment - baseline) > 0.005);
        const size = sampleSizeProportions({ baseline, treatment, alpha: 0.05, power: 0.8, ratio });
        fc.pre(size.status === 'ok' && size.control > 50);
        if (size.status !== 'ok') return;
        const { controlExact } = size;
        const test = {
          baseline,
          treatment,
          control: controlExact,
          treatmentN: controlExact * ratio,
          alpha: 0.05,
        };
        expect(powerProportions(test)).toEqual({ status: 'ok', power: expect.closeTo(0.8, 9) });
      }),
    );
  });
});

describe('not enough data is said, never a number', () => {
  const empty = { n: 0, sum: 0, sumOfSquares: 0 };
  const same = { n: 10, sum: 1, sumOfSquares: 0.1 };

  test.each([
    ['Welch with an empty arm', () => welchT({ control: empty, treatment: same, alpha: 0.05 })],
    ['Welch where all values are one tenth', () => welchT({ control: same, treatment: same, alpha: 0.05 })],
    [
      'z without a success',
      () =>
        twoProportionZ({ control: { n: 9, successes: 0 }, treatment: { n: 9, successes: 0 }, alpha: 0.05 }),
    ],
    [
      'a size for no difference',
      () => sampleSizeProportions({ baseline: 0.1, treatment: 0.1, alpha: 0.05, power: 0.8, ratio: 1 }),
    ],
    ['caps of no values', () => winsorise({ values: [], lower: 0, upper: 1 })],
  ])('%s', (_, run) => {
    expect(run()).toEqual({ status: 'not-enough-data' });
  });

  test('no units have the planned ratio', () => {
    expect(sampleRatioChiSquare({ counts: [0, 0], weights: [1, 1] }).pValue).toBe(1);
    expect(sampleRatioLogBayesFactor({ counts: [0, 0], probabilities: [0.5, 0.5], concentration: 10 })).toBe(
      0,
    );
  });
});
