import { daysToDecision } from '../statistics/days-to-decision.ts';
import { eEventsMixtureTotals, TWO_SIDED_RATIOS } from '../statistics/e-events-mixture.ts';
import { type ExperimentEstimate, experimentEstimate } from '../statistics/experiment-estimate.ts';
import type { CupedPair } from '../statistics/adjusted-arms.ts';
import type { TwoArms } from '../statistics/sample.ts';

export interface Interval {
  readonly effect: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Missing {
  readonly units: number;
  readonly events: number;
  readonly nonEvents: number;
}

/** A treatment beside the control, in one metric. */
export type Comparison =
  | {
      readonly status: 'not-enough-data';
      readonly missing: { readonly control: Missing; readonly treatment: Missing };
      /** Of a conversion: the exact evidence against “no difference” so far; above 1 / alpha it decides. */
      readonly eValue: number | null;
    }
  /** Every listener has the same value. */
  | { readonly status: 'no-spread' }
  | {
      readonly status: 'ok';
      readonly controlMean: number;
      readonly treatmentMean: number;
      /** Treatment minus control; may be looked at any time. */
      readonly difference: Interval;
      /** The same as a part of the control's mean; null: the control is not yet told from 0. */
      readonly lift: Interval | null;
      /** Of the difference, for one look at the planned size. */
      readonly fixedHorizon: Interval;
      /** May be looked at any time. */
      readonly pValue: number;
      /**
       * Everything above is of values from which what listeners did before is taken off; null: it would not help, and
       * everything is of the plain values.
       */
      readonly adjustment: { readonly varianceLeft: number; readonly unadjusted: Interval } | null;
      /** What a decision probably still needs, if the effect stays as it is; null: it is decided, or out of sight. */
      readonly missing: { readonly units: number; readonly days: number | null } | null;
    };

/**
 * @param phases in the order of time
 * @param shares the chance of the treatment in each phase, among the two arms
 * @param covariates the same phases with what their units did before; none: the metric has no such values
 * @param settings.tuning the planned size, in units of both arms
 * @param settings.days how long the units came
 */
export function compare(
  phases: readonly TwoArms[],
  shares: readonly number[],
  covariates: readonly CupedPair[],
  settings: { readonly alpha: number; readonly tuning: number; readonly days: number },
): Comparison {
  const estimate = experimentEstimate(phases, settings, covariates);
  if (estimate.status === 'no-spread') return estimate;
  if (estimate.status === 'not-enough-data') {
    return { status: 'not-enough-data', missing: estimate.missing, eValue: exactEvidence(phases, shares) };
  }
  const { controlMean, treatmentMean, difference, lift, fixedHorizon, adjustment } = estimate;
  return {
    status: 'ok',
    controlMean,
    treatmentMean,
    difference: intervalOf(difference),
    lift: lift.status === 'ok' ? intervalOf(lift) : null,
    fixedHorizon: intervalOf(fixedHorizon),
    pValue: difference.pValue,
    adjustment: adjustment && { ...adjustment, unadjusted: intervalOf(adjustment.unadjusted) },
    missing: missingUnits(estimate, settings),
  };
}

const intervalOf = ({ effect, lower, upper }: Interval): Interval => ({ effect, lower, upper });

function exactEvidence(phases: readonly TwoArms[], shares: readonly number[]): number | null {
  const classes = phases.flatMap((phase, place) =>
    phase.kind === 'proportion'
      ? [
          {
            share: shares[place] ?? 0,
            treatmentEvents: phase.treatment.successes,
            controlEvents: phase.control.successes,
          },
        ]
      : [],
  );
  if (classes.length === 0) return null;
  return eEventsMixtureTotals({ ...TWO_SIDED_RATIOS, classes }).eValue;
}

function missingUnits(
  { arms, effect: estimate }: Extract<ExperimentEstimate, { readonly status: 'ok' }>,
  { alpha, tuning, days }: { readonly alpha: number; readonly tuning: number; readonly days: number },
): { readonly units: number; readonly days: number | null } | null {
  const unitsPerDay = days > 0 ? arms.units / days : 1;
  const decision = daysToDecision({ estimate, units: arms.units, unitsPerDay, alpha, tuning });
  if (decision.status !== 'ok') return null;
  return { units: decision.missingUnits, days: days > 0 ? decision.days : null };
}
