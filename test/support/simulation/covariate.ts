import { cuped, type CupedSums } from '../../../src/experiment/statistics/cuped.ts';
import type { Random } from '../../../src/experiment/statistics/random.ts';
import { normal } from './random.ts';

function arm(random: Random, units: number, correlation: number): CupedSums {
  const sums = { n: units, preSum: 0, preSumOfSquares: 0, postSum: 0, postSumOfSquares: 0, sumOfProducts: 0 };
  for (let unit = 0; unit < units; unit += 1) {
    const common = normal(random);
    const pre = 10 + 2 * common;
    const post = 30 + 5 * (correlation * common + Math.sqrt(1 - correlation ** 2) * normal(random));
    sums.preSum += pre;
    sums.preSumOfSquares += pre * pre;
    sums.postSum += post;
    sums.postSumOfSquares += post * post;
    sums.sumOfProducts += pre * post;
  }
  return sums;
}

/**
 * Experiments without an effect, with what listeners did before as a covariate.
 *
 * @returns the variance of the adjusted difference over that of the plain one: as estimated, on average, and as it was
 *   over all runs
 */
export function simulateCuped(
  random: Random,
  { runs, unitsPerArm, correlation }: { runs: number; unitsPerArm: number; correlation: number },
): { readonly estimated: number; readonly actual: number } {
  let estimated = 0;
  let adjusted = 0;
  let plain = 0;
  for (let run = 0; run < runs; run += 1) {
    const control = arm(random, unitsPerArm, correlation);
    const treatment = arm(random, unitsPerArm, correlation);
    const result = cuped({ control, treatment, alpha: 0.05 });
    if (result.status !== 'ok') throw new Error('expected enough data');
    estimated += result.varianceRatio / runs;
    adjusted += result.difference ** 2;
    plain += ((treatment.postSum - control.postSum) / unitsPerArm) ** 2;
  }
  return { estimated, actual: adjusted / plain };
}
