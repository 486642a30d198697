import { adjustedArms, type CupedPair } from './adjusted-arms.ts';
import { type CombinedArms, combineArms } from './combine-phases.ts';
import { type ConfidenceSequence, sequenceAround } from './confidence-sequence.ts';
import { absoluteEffect, type Effect } from './effect.ts';
import { type ExperimentGate, experimentGate } from './experiment-gate.ts';
import { type FixedHorizonResult, fixedHorizonOf } from './fixed-horizon.ts';
import { type LiftSequence, liftSequence } from './lift-sequence.ts';
import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import type { TwoArms } from './sample.ts';

export type ExperimentEstimate =
  | Extract<ExperimentGate, { readonly status: 'not-enough-data' }>
  /** Enough units, but every one has the same value. */
  | { readonly status: 'no-spread' }
  | {
      readonly status: 'ok';
      readonly controlMean: number;
      readonly treatmentMean: number;
      /** Treatment minus control, with a p-value; both may be looked at any time. */
      readonly difference: ConfidenceSequence;
      /** The same as a part of the control's mean. */
      readonly lift: LiftSequence | NotEnoughData;
      /** The interval of the difference that holds for one look at a planned size, to show beside it. */
      readonly fixedHorizon: FixedHorizonResult;
      /** Whether the sequence excludes 0. */
      readonly decided: boolean;
      /** Null: everything above is of the plain values. */
      readonly adjustment: Adjustment | null;
      /** What the difference is made of. */
      readonly arms: CombinedArms;
      readonly effect: Effect;
    };

/** That what units did before was taken off, which everything else in the estimate then follows. */
export interface Adjustment {
  /** How much of the variance of the difference is left; below `ADJUSTED_FROM`. */
  readonly varianceLeft: number;
  /** The difference of the plain values. */
  readonly unadjusted: ConfidenceSequence;
}

/**
 * An adjustment is used where it leaves at most so much of the variance. It is chosen by variances alone, which do not
 * know the effect, so the sequence holds its error (`bench:experiments`: A/A with covariates of every strength).
 */
export const ADJUSTED_FROM = 0.95;

/**
 * What an experiment says of one metric and one treatment, from the running totals of its phases.
 *
 * @param phases in the order of time; a change of weights starts a new one
 * @param covariates the same phases with what their units did before; none: no adjustment
 * @param settings.alpha two-sided error
 * @param settings.tuning the planned size: units of both arms
 */
export function experimentEstimate(
  phases: readonly TwoArms[],
  settings: { readonly alpha: number; readonly tuning: number },
  covariates: readonly CupedPair[] = [],
): ExperimentEstimate {
  const gate = experimentGate(phases);
  if (gate.status !== 'ready') return gate;
  const plain = combineArms(phases);
  const plainEffect = plain === null ? NOT_ENOUGH_DATA : absoluteEffect(plain.control, plain.treatment);
  if (plain === null || plainEffect.status !== 'ok') return { status: 'no-spread' };
  const adjusted = adjust(plain, plainEffect, covariates, settings);
  const { arms, effect } = adjusted ?? { arms: plain, effect: plainEffect };
  const fixedHorizon = fixedHorizonOf(arms, { relative: false, alpha: settings.alpha });
  if (fixedHorizon.status !== 'ok') return { status: 'no-spread' };
  const difference = sequenceAround(effect, arms.units, settings);
  return {
    status: 'ok',
    controlMean: arms.control.mean,
    treatmentMean: arms.treatment.mean,
    difference,
    lift: liftSequence(arms, settings),
    fixedHorizon,
    decided: difference.lower > 0 || difference.upper < 0,
    adjustment: adjusted?.adjustment ?? null,
    arms,
    effect,
  };
}

/** Undefined: the covariates do not help. */
function adjust(
  plain: CombinedArms,
  plainEffect: Effect,
  covariates: readonly CupedPair[],
  settings: { readonly alpha: number; readonly tuning: number },
) {
  const arms = adjustedArms(covariates)?.arms;
  const effect = arms && absoluteEffect(arms.control, arms.treatment);
  if (arms === undefined || effect?.status !== 'ok') return undefined;
  const varianceLeft = (effect.standardError / plainEffect.standardError) ** 2;
  if (varianceLeft > ADJUSTED_FROM) return undefined;
  const unadjusted = sequenceAround(plainEffect, plain.units, settings);
  return { arms, effect, adjustment: { varianceLeft, unadjusted } };
}
