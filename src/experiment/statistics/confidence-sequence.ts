import { armStatistics } from './arm-statistic.ts';
import { absoluteEffect, type Effect, effectOf } from './effect.ts';
import type { NotEnoughData } from './not-enough-data.ts';
import type { TwoArms } from './sample.ts';

export interface ConfidenceSequence {
  readonly status: 'ok';
  readonly effect: number;
  readonly rho: number;
  readonly halfWidth: number;
  readonly lower: number;
  readonly upper: number;
  readonly logE: number;
  /** May be looked at any time: min(1, 1/E). */
  readonly pValue: number;
}

export interface OneSidedConfidenceSequence {
  readonly status: 'ok';
  readonly difference: number;
  readonly rho: number;
  readonly halfWidth: number;
  /** Harm is shown where this is above the margin. */
  readonly lower: number;
  /** The bound of the opposite one-sided sequence: together they are not an interval at alpha. */
  readonly upper: number;
}

/** ρ² for which the sequence is narrowest at `tuning` units (gbstats; Waudby-Smith et al., arXiv:2103.06476, appendix B.2). */
const rhoSquared = (alpha: number, tuning: number): number =>
  (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / tuning;

/**
 * The sequence around an estimate whose information grows with `units`: Robbins' normal mixture (arXiv:2103.06476,
 * equation 9).
 */
export function sequenceAround(
  estimate: Effect,
  units: number,
  { alpha, tuning }: { readonly alpha: number; readonly tuning: number },
): ConfidenceSequence {
  const { effect, standardError } = estimate;
  const rho2 = rhoSquared(alpha, tuning);
  const growth = units * rho2 + 1;
  const logBound = 0.5 * Math.log(growth) - Math.log(alpha);
  const halfWidth = standardError * Math.sqrt(((2 * growth) / (units * rho2)) * logBound);
  const z = effect / standardError;
  const logE = (rho2 * z * z * units) / (2 * growth) - 0.5 * Math.log(growth);
  return {
    status: 'ok',
    effect,
    rho: Math.sqrt(rho2),
    halfWidth,
    lower: effect - halfWidth,
    upper: effect + halfWidth,
    logE,
    pValue: Math.min(1, Math.exp(-logE)),
  };
}

/**
 * An interval that may be looked at any time, and acted upon: the asymptotic confidence sequence of gbstats
 * (`SequentialTwoSidedTTest`; Waudby-Smith et al., arXiv:2103.06476). It holds once each arm has enough units and
 * events: ask `experimentGate` first.
 *
 * @param input.alpha two-sided error
 * @param input.tuning units of both arms at which it is narrowest: the planned size
 * @example confidenceSequence({ kind: 'proportion', relative: false, control, treatment, alpha: 0.05, tuning: 5_000 })
 */
export function confidenceSequence(
  input: TwoArms & { readonly relative: boolean; readonly alpha: number; readonly tuning: number },
): ConfidenceSequence | NotEnoughData {
  const { control, treatment } = armStatistics(input);
  const estimate = effectOf(control, treatment, input.relative);
  return estimate.status === 'ok' ? sequenceAround(estimate, control.n + treatment.n, input) : estimate;
}

/** The one-sided sequence around an estimate (arXiv:2103.06476, appendix B, one-sided boundary). */
export function oneSidedSequenceAround(
  estimate: Effect,
  units: number,
  { alpha, tuning }: { readonly alpha: number; readonly tuning: number },
): OneSidedConfidenceSequence {
  const { effect, standardError } = estimate;
  const rho2 = rhoSquared(2 * alpha, tuning);
  const growth = units * rho2 + 1;
  const logBound = Math.log1p(Math.sqrt(growth) / (2 * alpha));
  const halfWidth = standardError * Math.sqrt(((2 * growth) / (units * rho2)) * logBound);
  return {
    status: 'ok',
    difference: effect,
    rho: Math.sqrt(rho2),
    halfWidth,
    lower: effect - halfWidth,
    upper: effect + halfWidth,
  };
}

/**
 * A bound for the absolute difference that may be looked at any time.
 *
 * @param input.alpha one-sided error, below ½
 * @param input.tuning units of both arms at which it is narrowest
 */
export function confidenceSequenceOneSided(
  input: TwoArms & { readonly alpha: number; readonly tuning: number },
): OneSidedConfidenceSequence | NotEnoughData {
  const { control, treatment } = armStatistics(input);
  const estimate = absoluteEffect(control, treatment);
  return estimate.status === 'ok'
    ? oneSidedSequenceAround(estimate, control.n + treatment.n, input)
    : estimate;
}
