import { combineArms } from './combine-phases.ts';
import { type ConfidenceSequence, sequenceAround } from './confidence-sequence.ts';
import { absoluteEffect } from './effect.ts';
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
    };

/**
 * What an experiment says of one metric and one treatment, from the running totals of its phases.
 *
 * @param phases in the order of time; a change of weights starts a new one
 * @param settings.alpha two-sided error
 * @param settings.tuning the planned size: units of both arms
 */
export function experimentEstimate(
  phases: readonly TwoArms[],
  settings: { readonly alpha: number; readonly tuning: number },
): ExperimentEstimate {
  const gate = experimentGate(phases);
  if (gate.status !== 'ready') return gate;
  const arms = combineArms(phases);
  const effect = arms === null ? NOT_ENOUGH_DATA : absoluteEffect(arms.control, arms.treatment);
  if (arms === null || effect.status !== 'ok') return { status: 'no-spread' };
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
  };
}
