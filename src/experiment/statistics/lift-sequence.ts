import { sequenceAround } from './confidence-sequence.ts';
import { absoluteEffect } from './effect.ts';
import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import type { ArmStatistic } from './sample.ts';

export interface LiftSequence {
  readonly status: 'ok';
  /** (Treatment − control) / control. */
  readonly effect: number;
  readonly lower: number;
  readonly upper: number;
  /** Of the absolute difference; below alpha exactly where the interval excludes 0. */
  readonly pValue: number;
}

/**
 * The lift as an interval that may be looked at any time: all L for which the confidence sequence of
 * treatment − (1 + L) control does not exclude 0 (Fieller, JRSS B 16, 1954). The delta method's interval
 * (`confidenceSequence` with `relative`) is too narrow on its lower side while the control has few events: at 1 % and
 * 50/50 it finds an effect in 6.1 % of experiments without one, where this finds one in 1.2 % (`bench:experiments`).
 *
 * A control mean that is itself not yet told from 0 has no bounded interval: not enough data. So has one that is not
 * above 0.
 *
 * @param arms.units as in `sequenceAround`
 * @param settings.alpha two-sided error
 */
export function liftSequence(
  arms: { readonly control: ArmStatistic; readonly treatment: ArmStatistic; readonly units: number },
  settings: { readonly alpha: number; readonly tuning: number },
): LiftSequence | NotEnoughData {
  const { control, treatment } = arms;
  const difference = absoluteEffect(control, treatment);
  if (difference.status !== 'ok' || control.mean <= 0) return NOT_ENOUGH_DATA;
  const absolute = sequenceAround(difference, arms.units, settings);
  // How many standard errors the sequence is wide, squared.
  const reach = (absolute.halfWidth / difference.standardError) ** 2;
  // (mT − R mC)² ≤ reach (eT + R² eC), a quadratic in R = 1 + L.
  const ofControl = (reach * control.variance) / control.n;
  const ofTreatment = (reach * treatment.variance) / treatment.n;
  const a = control.mean * control.mean - ofControl;
  const b = treatment.mean * control.mean;
  const c = treatment.mean * treatment.mean - ofTreatment;
  if (a <= 0) return NOT_ENOUGH_DATA;
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return {
    status: 'ok',
    effect: difference.effect / control.mean,
    lower: (b - root) / a - 1,
    upper: (b + root) / a - 1,
    pValue: absolute.pValue,
  };
}
