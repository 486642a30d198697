import { type Arm, eValueOf, type Outcome } from './e-value.ts';
import { logBernoulli, type OutcomeCounts, successRates } from './outcome-counts.ts';
import { findRoot } from './special/find-root.ts';

export type ArrivalsTest =
  | { readonly side: 'two-sided' }
  | {
      readonly side: 'treatment-greater';
      /** The treatment's rate may be this much above the control's, in points as a fraction. Default 0. */
      readonly absoluteMargin?: number;
    };

export interface Arrival {
  /** The chance with which this unit was in treatment, given what is known of its bucket. */
  readonly share: number;
  readonly arm: Arm;
  readonly outcome: Outcome;
}

/** Everything that is kept between two observations; `counts` include the prior. */
export interface ArrivalsState {
  readonly counts: OutcomeCounts;
  readonly logE: number;
}

/** One success and one failure in each arm: Laplace's rule, the choice for frequent outcomes. */
export const UNIFORM_PRIOR: OutcomeCounts = {
  controlSuccess: 1,
  controlFailure: 1,
  treatmentSuccess: 1,
  treatmentFailure: 1,
};

/**
 * The control rate x of the null (x in control, x + margin in treatment) that is nearest to the alternative:
 * the minimiser of (1 − s) KL(control ‖ x) + s KL(treatment ‖ x + margin) (Turner, Grünwald, arXiv:2203.09785).
 * Both divergences fall before their own rate, so that it lies between the control's rate and the treatment's less the margin.
 */
export function nearestNull(
  share: number,
  controlRate: number,
  treatmentRate: number,
  margin: number,
): number {
  if (margin === 0) return (1 - share) * controlRate + share * treatmentRate;
  const slope = (x: number): number => {
    const y = x + margin;
    return ((1 - share) * (x - controlRate)) / (x * (1 - x)) + (share * (y - treatmentRate)) / (y * (1 - y));
  };
  return findRoot(slope, controlRate, treatmentRate - margin);
}

function logFactor(counts: OutcomeCounts, { share, arm, outcome }: Arrival, test: ArrivalsTest): number {
  const { controlRate, treatmentRate } = successRates(counts);
  const margin = test.side === 'two-sided' ? 0 : (test.absoluteMargin ?? 0);
  if (test.side === 'treatment-greater' && treatmentRate <= controlRate + margin) return 0;
  const nullControl = nearestNull(share, controlRate, treatmentRate, margin);
  const nullRate = arm === 1 ? nullControl + margin : nullControl;
  return (
    logBernoulli(outcome, 1, arm === 1 ? treatmentRate : controlRate) - logBernoulli(outcome, 1, nullRate)
  );
}

const countOutcome = (counts: OutcomeCounts, arm: Arm, outcome: Outcome): OutcomeCounts => {
  if (arm === 1) {
    return outcome === 1
      ? { ...counts, treatmentSuccess: counts.treatmentSuccess + 1 }
      : { ...counts, treatmentFailure: counts.treatmentFailure + 1 };
  }
  return outcome === 1
    ? { ...counts, controlSuccess: counts.controlSuccess + 1 }
    : { ...counts, controlFailure: counts.controlFailure + 1 };
};

/** The state after one more observation. Rates are learned also where the factor is 1. */
export const addArrival = (state: ArrivalsState, arrival: Arrival, test: ArrivalsTest): ArrivalsState => ({
  counts: countOutcome(state.counts, arrival.arm, arrival.outcome),
  logE: state.logE + logFactor(state.counts, arrival, test),
});

/**
 * The e-value of two proportions, one unit after the other, where each unit's arm is drawn with a known chance
 * (Turner, Ly, Grünwald, arXiv:2106.02693; with a margin arXiv:2203.09785). Both outcomes count: for frequent outcomes
 * such as plays, and for absolute margins. Exact at any size under any stopping.
 *
 * @param input.share the chance of treatment
 * @param input.prior more than 0 everywhere
 */
export function eTwoProportionsArrivals(
  input: ArrivalsTest & {
    readonly share: number;
    readonly prior: OutcomeCounts;
    readonly observations: readonly (readonly [Arm, Outcome])[];
  },
): { readonly status: 'ok'; readonly logEAfterEach: readonly number[]; readonly eValue: number } {
  let state: ArrivalsState = { counts: input.prior, logE: 0 };
  const logEAfterEach = input.observations.map(([arm, outcome]) => {
    state = addArrival(state, { share: input.share, arm, outcome }, input);
    return state.logE;
  });
  return { status: 'ok', logEAfterEach, eValue: eValueOf(state.logE) };
}
