import { type Arm, eValueOf } from './e-value.ts';
import { logSumExp } from './special/log-sum-exp.ts';

/** Ratios of the treatment's rate to the control's that the evidence is spread over, with their weights. */
export interface RatioMixture {
  readonly ratios: readonly number[];
  /** Any positive numbers; they are normalised. */
  readonly weights: readonly number[];
}

const STEPS = [-3, -2, -1, 0, 1, 2, 3, 4, 5];
const WEIGHTS = [1, 1, 1, 1, 2, 3, 2, 1, 1];

/** 1 + 2^k: from 12.5 % more events to 33 times as many. Ratios and weights as they did best in simulation. */
export const RISING_RATIOS: RatioMixture = { ratios: STEPS.map((k) => 1 + 2 ** k), weights: WEIGHTS };

/** The reciprocals, for an outcome that must not become rarer. */
export const FALLING_RATIOS: RatioMixture = { ratios: STEPS.map((k) => 1 / (1 + 2 ** k)), weights: WEIGHTS };

/** Both directions: the exact evidence of an experiment, while there are too few events for an interval. */
export const TWO_SIDED_RATIOS: RatioMixture = {
  ratios: [...RISING_RATIOS.ratios, ...FALLING_RATIOS.ratios],
  weights: [...WEIGHTS, ...WEIGHTS],
};

/** Events of units that were in treatment with the same chance. */
export interface EventsClass {
  /** The chance of treatment, given what counted events have shown of the unit's bucket. */
  readonly share: number;
  readonly treatmentEvents: number;
  readonly controlEvents: number;
}

export interface MixtureEvidence {
  readonly status: 'ok';
  readonly logE: number;
  readonly eValue: number;
  /** With the logarithm of each ratio's weight. */
  readonly logEPerRatio: readonly number[];
}

export interface Mixture extends RatioMixture {
  /** The treatment's rate may be up to 1 + this times the control's. Default 0. */
  readonly relativeMargin?: number;
}

/** ln of each ratio's normalised weight: the evidence before the first event. */
export const startEventsEvidence = ({ weights }: RatioMixture): readonly number[] => {
  const logTotal = Math.log(weights.reduce((sum, weight) => sum + weight, 0));
  return weights.map((weight) => Math.log(weight) - logTotal);
};

/**
 * ln (1 − q)/(1 − p₀), a control event's factor; a treatment event's has ln ratio more. With p₀ = p(1+r)/(1−p+p(1+r))
 * and q = pρ(1+r)/(1−p+pρ(1+r)) both are quotients of 1 + p((1+r) − 1) and 1 + p(ρ(1+r) − 1).
 */
const logControlFactor = (share: number, ratio: number, margin: number): number =>
  Math.log1p(share * margin) - Math.log1p(share * (ratio * (1 + margin) - 1));

/** With certainty about the arm an event tells nothing. */
const isInformative = (share: number): boolean => share > 0 && share < 1;

const evidence = (logEPerRatio: readonly number[]): MixtureEvidence => {
  const logE = logSumExp(logEPerRatio);
  return { status: 'ok', logE, eValue: eValueOf(logE), logEPerRatio };
};

/**
 * The event guard's evidence, from totals by class of share: given that a unit had the event, was it in treatment more
 * often than chance? The chance is known exactly, since it is our own bucketing, so that base rate and time of day
 * cancel. For each ratio ρ a factor q/p₀ or (1 − q)/(1 − p₀), their products mixed (a mixture likelihood ratio of the
 * arm given the event; Ville's inequality; Turner, Ly, Grünwald, arXiv:2106.02693; Lindon, Malek, arXiv:2011.03567).
 * No events: the e-value is 1.
 *
 * @example eEventsMixtureTotals({ ...RISING_RATIOS, classes: [{ share: 0.1, treatmentEvents: 29, controlEvents: 40 }] })
 */
export function eEventsMixtureTotals(
  input: Mixture & { readonly classes: readonly EventsClass[] },
): MixtureEvidence {
  let logEPerRatio = startEventsEvidence(input);
  for (const { share, treatmentEvents, controlEvents } of input.classes)
    logEPerRatio = addEvents(logEPerRatio, input, share, treatmentEvents, controlEvents);
  return evidence(logEPerRatio);
}

/** The evidence of each ratio after more events of units with the same chance of treatment. */
export function addEvents(
  logEPerRatio: readonly number[],
  { ratios, relativeMargin = 0 }: Mixture,
  share: number,
  treatmentEvents: number,
  controlEvents: number,
): readonly number[] {
  if (!isInformative(share)) return logEPerRatio;
  return logEPerRatio.map((log, index) => {
    const ratio = ratios[index] ?? 1;
    const ofAll = (treatmentEvents + controlEvents) * logControlFactor(share, ratio, relativeMargin);
    return log + ofAll + treatmentEvents * Math.log(ratio);
  });
}

/** The evidence of each ratio after one more event. */
export const addEvent = (
  logEPerRatio: readonly number[],
  mixture: Mixture,
  share: number,
  arm: Arm,
): readonly number[] => addEvents(logEPerRatio, mixture, share, arm, 1 - arm);

/**
 * The same, event after event.
 *
 * @param input.events the share and the arm of each, in the order of time
 */
export function eEventsMixture(
  input: Mixture & { readonly events: readonly (readonly [share: number, arm: Arm])[] },
): MixtureEvidence & { readonly logEAfterEach: readonly number[] } {
  let logEPerRatio = startEventsEvidence(input);
  const logEAfterEach = input.events.map(([share, arm]) => {
    logEPerRatio = addEvent(logEPerRatio, input, share, arm);
    return logSumExp(logEPerRatio);
  });
  return { ...evidence(logEPerRatio), logEAfterEach };
}
