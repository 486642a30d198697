import { meanStatistic } from './arm-statistic.ts';
import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import type { ArmStatistic, MeanSums } from './sample.ts';
import { studentTwoSidedPValue, studentUpperQuantile } from './special/student-t.ts';

export interface WelchT {
  readonly status: 'ok';
  /** Treatment minus control. */
  readonly difference: number;
  readonly standardError: number;
  readonly t: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  readonly lower: number;
  readonly upper: number;
}

/** How many degrees of freedom the difference of two means has (Welch, Biometrika 34, 1947; Satterthwaite, 1946). */
export function welchDegreesOfFreedom(control: ArmStatistic, treatment: ArmStatistic): number {
  const ofControl = control.variance / control.n;
  // As a share, so that the squares of tiny variances do not vanish.
  const share = ofControl / (ofControl + treatment.variance / treatment.n);
  return 1 / (share ** 2 / (control.n - 1) + (1 - share) ** 2 / (treatment.n - 1));
}

/** A Student t interval and p-value around an estimate. */
export function studentInterval(
  estimate: number,
  standardError: number,
  degreesOfFreedom: number,
  alpha: number,
): { readonly pValue: number; readonly lower: number; readonly upper: number } {
  const halfWidth = studentUpperQuantile(alpha / 2, degreesOfFreedom) * standardError;
  return {
    pValue: studentTwoSidedPValue(estimate / standardError, degreesOfFreedom),
    lower: estimate - halfWidth,
    upper: estimate + halfWidth,
  };
}

/** {@link welchT} from means and variances, where they do not come from plain sums. */
export function welchTest(
  control: ArmStatistic,
  treatment: ArmStatistic,
  alpha: number,
): WelchT | NotEnoughData {
  if (control.n < 2 || treatment.n < 2) return NOT_ENOUGH_DATA;
  const squaredError = control.variance / control.n + treatment.variance / treatment.n;
  if (squaredError <= 0) return NOT_ENOUGH_DATA;
  const difference = treatment.mean - control.mean;
  const standardError = Math.sqrt(squaredError);
  const degreesOfFreedom = welchDegreesOfFreedom(control, treatment);
  return {
    status: 'ok',
    difference,
    standardError,
    t: difference / standardError,
    degreesOfFreedom,
    ...studentInterval(difference, standardError, degreesOfFreedom, alpha),
  };
}

/**
 * Compares two means at a size fixed beforehand, without assuming that both arms spread alike (Welch, Biometrika 34,
 * 1947). One arm may be without spread; both, or an arm below two units, are not enough data.
 *
 * @param input.alpha two-sided error
 */
export const welchT = (input: {
  readonly control: MeanSums;
  readonly treatment: MeanSums;
  readonly alpha: number;
}): WelchT | NotEnoughData =>
  welchTest(meanStatistic(input.control), meanStatistic(input.treatment), input.alpha);
