import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import type { ArmStatistic } from './sample.ts';

export interface Effect {
  readonly status: 'ok';
  /** Treatment minus control; over control where it is relative. */
  readonly effect: number;
  readonly standardError: number;
}

/** Treatment minus control. An arm without spread or below two units is not enough data, as in gbstats. */
export function absoluteEffect(control: ArmStatistic, treatment: ArmStatistic): Effect | NotEnoughData {
  if (control.n < 2 || treatment.n < 2) return NOT_ENOUGH_DATA;
  if (control.variance <= 0 || treatment.variance <= 0) return NOT_ENOUGH_DATA;
  return {
    status: 'ok',
    effect: treatment.mean - control.mean,
    standardError: Math.sqrt(control.variance / control.n + treatment.variance / treatment.n),
  };
}

/** (Treatment − control) / control, with the delta method's standard error (gbstats, frequentist tests). */
export function relativeEffect(control: ArmStatistic, treatment: ArmStatistic): Effect | NotEnoughData {
  const difference = absoluteEffect(control, treatment);
  if (difference.status !== 'ok' || control.mean === 0) return NOT_ENOUGH_DATA;
  const square = control.mean * control.mean;
  const ratio = treatment.mean / control.mean;
  const ofTreatment = treatment.variance / (square * treatment.n);
  const ofControl = (control.variance * ratio * ratio) / (square * control.n);
  return {
    status: 'ok',
    effect: difference.effect / control.mean,
    standardError: Math.sqrt(ofTreatment + ofControl),
  };
}

/** One of the two, as an experiment reports its metric. */
export const effectOf = (
  control: ArmStatistic,
  treatment: ArmStatistic,
  relative: boolean,
): Effect | NotEnoughData => (relative ? relativeEffect : absoluteEffect)(control, treatment);
