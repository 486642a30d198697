import { covariance, variance } from './arm-statistic.ts';
import { type CombinedArms, combineStatistics } from './combine-phases.ts';
import { cupedArm, type CupedSums } from './cuped.ts';

/** Both arms of a phase, with what their units did before. */
export interface CupedPair {
  readonly control: CupedSums;
  readonly treatment: CupedSums;
}

/**
 * The combined arms of all phases after what units did before is taken off (CUPED; Deng, Xu, Kohavi, Walker, WSDM 2013).
 * One theta for all phases, from what lies within them, so that a drift from phase to phase decides nothing; the arms of a
 * phase are moved by their own covariates' distance from the phase's mean, so that their means stay what they were.
 *
 * @param phases in the order of time
 * @returns null where no phase has two units in each arm, or the covariate does not vary
 */
export function adjustedArms(
  phases: readonly CupedPair[],
): { readonly theta: number; readonly arms: CombinedArms } | null {
  const theta = commonTheta(phases);
  if (theta === 0) return null;
  const arms = combineStatistics(
    phases.map(({ control, treatment }) => {
      const preMean = (control.preSum + treatment.preSum) / (control.n + treatment.n);
      const centred = (sums: CupedSums) => {
        const arm = cupedArm(sums, theta);
        return { ...arm, mean: arm.mean + theta * preMean };
      };
      return { control: centred(control), treatment: centred(treatment) };
    }),
  );
  return arms === null ? null : { theta, arms };
}

/** Covariance over variance within the phases, both arms of each joined; with one phase it is `cuped`'s. */
function commonTheta(phases: readonly CupedPair[]): number {
  let both = 0;
  let pre = 0;
  for (const { control: a, treatment: b } of phases) {
    const n = a.n + b.n;
    if (n < 2) continue;
    const preSum = a.preSum + b.preSum;
    both += (n - 1) * covariance(n, preSum, a.postSum + b.postSum, a.sumOfProducts + b.sumOfProducts);
    pre += (n - 1) * variance(n, preSum, a.preSumOfSquares + b.preSumOfSquares);
  }
  return pre === 0 ? 0 : both / pre;
}
