import { describe, expect, test } from 'vitest';
import { adjustedArms } from '../../../src/experiment/statistics/adjusted-arms.ts';
import { combineArms } from '../../../src/experiment/statistics/combine-phases.ts';
import { cuped, type CupedSums } from '../../../src/experiment/statistics/cuped.ts';
import { fc } from '../../support/seeded-fast-check.ts';

/** A unit: what it did before, and since. */
type Unit = readonly [pre: number, post: number];

const add = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number => add(values) / values.length;
const preOf = (units: readonly Unit[]) => units.map(([pre]) => pre);
const postOf = (units: readonly Unit[]) => units.map(([, post]) => post);

const sums = (units: readonly Unit[]): CupedSums => ({
  n: units.length,
  preSum: add(preOf(units)),
  preSumOfSquares: add(units.map(([pre]) => pre * pre)),
  postSum: add(postOf(units)),
  postSumOfSquares: add(units.map(([, post]) => post * post)),
  sumOfProducts: add(units.map(([pre, post]) => pre * post)),
});

const meanSums = (units: readonly number[]) => ({
  n: units.length,
  sum: add(units),
  sumOfSquares: add(units.map((value) => value * value)),
});

const unit = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }));
const arm = fc.array(unit, { minLength: 3, maxLength: 30 });
const phase = fc.record({ control: arm, treatment: arm });

describe('arms without what their units did before', () => {
  test('are those of the residuals, unit by unit, around the mean of their phase', () => {
    fc.assert(
      fc.property(fc.array(phase, { minLength: 1, maxLength: 3 }), (phases) => {
        // Straightforward code over the units: one slope through all of them, each from the middle of its phase.
        const centred = phases.flatMap(({ control, treatment }) => {
          const all = [...control, ...treatment];
          const [pre, post] = [mean(preOf(all)), mean(postOf(all))];
          return all.map(([a, b]) => [a - pre, b - post] as const);
        });
        const spread = add(centred.map(([pre]) => pre * pre));
        const slope = add(centred.map(([pre, post]) => pre * post)) / spread;
        fc.pre(spread > 0 && Math.abs(slope) > 1e-6);
        const expected = combineArms(
          phases.map(({ control, treatment }) => {
            const middle = mean(preOf([...control, ...treatment]));
            const residuals = (units: readonly Unit[]) =>
              meanSums(units.map(([pre, post]) => post - slope * (pre - middle)));
            return { kind: 'mean', control: residuals(control), treatment: residuals(treatment) };
          }),
        );
        const found = adjustedArms(
          phases.map(({ control, treatment }) => ({ control: sums(control), treatment: sums(treatment) })),
        );
        expect(found?.theta).toBeCloseTo(slope, 9);
        for (const side of ['control', 'treatment'] as const) {
          expect(found?.arms[side].mean).toBeCloseTo(expected?.[side].mean ?? Number.NaN, 6);
          expect(found?.arms[side].variance).toBeCloseTo(expected?.[side].variance ?? Number.NaN, 5);
        }
      }),
    );
  });

  test('of one phase differ by what CUPED says', () => {
    const control = sums([
      [1, 4],
      [2, 5],
      [5, 11],
      [7, 12],
    ]);
    const treatment = sums([
      [0, 3],
      [2, 8],
      [6, 14],
      [9, 18],
    ]);
    const alone = cuped({ control, treatment, alpha: 0.05 });
    const found = adjustedArms([{ control, treatment }]);
    if (alone.status !== 'ok' || found === null) throw new Error('expected enough data');
    expect(found.theta).toBeCloseTo(alone.theta, 12);
    expect(found.arms.treatment.mean - found.arms.control.mean).toBeCloseTo(alone.difference, 12);
  });

  test('are none where no unit did anything before', () => {
    const units = sums([
      [0, 4],
      [0, 5],
    ]);
    expect(adjustedArms([{ control: units, treatment: units }])).toBeNull();
  });
});
