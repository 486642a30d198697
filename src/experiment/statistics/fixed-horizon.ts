import { armStatistics } from './arm-statistic.ts';
import { effectOf } from './effect.ts';
import type { NotEnoughData } from './not-enough-data.ts';
import type { ArmStatistic, RatioSums, TwoArms } from './sample.ts';
import { studentInterval, welchDegreesOfFreedom } from './welch-t.ts';

export interface FixedHorizonResult {
  readonly status: 'ok';
  readonly controlMean: number;
  readonly treatmentMean: number;
  /** Of one unit. */
  readonly controlVariance: number;
  readonly treatmentVariance: number;
  readonly effect: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  readonly lower: number;
  readonly upper: number;
}

/** {@link fixedHorizon} from means and variances: of combined phases, or adjusted for a covariate. */
export function fixedHorizonOf(
  { control, treatment }: { readonly control: ArmStatistic; readonly treatment: ArmStatistic },
  { relative, alpha }: { readonly relative: boolean; readonly alpha: number },
): FixedHorizonResult | NotEnoughData {
  const estimate = effectOf(control, treatment, relative);
  if (estimate.status !== 'ok') return estimate;
  const degreesOfFreedom = welchDegreesOfFreedom(control, treatment);
  return {
    status: 'ok',
    controlMean: control.mean,
    treatmentMean: treatment.mean,
    controlVariance: control.variance,
    treatmentVariance: treatment.variance,
    effect: estimate.effect,
    standardError: estimate.standardError,
    degreesOfFreedom,
    ...studentInterval(estimate.effect, estimate.standardError, degreesOfFreedom, alpha),
  };
}

/**
 * The effect with a Student t interval, for one look at a size fixed beforehand. The degrees of freedom are Welch's of
 * the absolute difference (gbstats `TwoSidedTTest`), also where the effect is relative.
 *
 * @param input.relative whether the effect is over the control's mean
 * @param input.alpha two-sided error
 */
export const fixedHorizon = (
  input: TwoArms & { readonly relative: boolean; readonly alpha: number },
): FixedHorizonResult | NotEnoughData => fixedHorizonOf(armStatistics(input), input);

/** The lift (treatment − control) / control of any kind of metric. Control mean 0 is not enough data. */
export const relativeLift = (
  input: TwoArms & { readonly alpha: number },
): FixedHorizonResult | NotEnoughData => fixedHorizon({ ...input, relative: true });

/** The difference of two ratios of sums, clustered by unit with the delta method. */
export const ratioMetric = (input: {
  readonly control: RatioSums;
  readonly treatment: RatioSums;
  readonly alpha: number;
}): FixedHorizonResult | NotEnoughData => fixedHorizon({ ...input, kind: 'ratio', relative: false });
