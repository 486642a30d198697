import type { MeanSums, ProportionSums, RatioSums, TwoArms } from './sample.ts';

/** Units per arm before a proportion is shown, and before a mean or a ratio is. */
export const MINIMUM_UNITS = { proportion: 100, mean: 500, ratio: 500 } as const;

/** Events, and units without one, per arm. */
export const MINIMUM_EVENTS = 10;

/** What an arm still lacks; 0 where it has enough. */
export interface MissingData {
  readonly units: number;
  readonly events: number;
  /** Units without an event; only for proportions. */
  readonly nonEvents: number;
}

export type ExperimentGate =
  | { readonly status: 'ready' }
  | {
      readonly status: 'not-enough-data';
      readonly missing: { readonly control: MissingData; readonly treatment: MissingData };
    };

const lack = (needed: number, has: number): number => Math.max(0, Math.ceil(needed - has));

/**
 * How many units carry the sum of values that are not negative: (Σx)²/Σx² (Kish, Survey Sampling, 1965). For zeros and
 * ones it is the number of ones; a few large values among many zeros count as few.
 */
const effectiveEvents = (sum: number, sumOfSquares: number): number =>
  sumOfSquares === 0 ? 0 : (sum * sum) / sumOfSquares;

const missingProportion = ({ n, successes }: ProportionSums): MissingData => ({
  units: lack(MINIMUM_UNITS.proportion, n),
  events: lack(MINIMUM_EVENTS, successes),
  nonEvents: lack(MINIMUM_EVENTS, n - successes),
});

const missingMean = ({ n, sum, sumOfSquares }: MeanSums): MissingData => ({
  units: lack(MINIMUM_UNITS.mean, n),
  events: lack(MINIMUM_EVENTS, effectiveEvents(sum, sumOfSquares)),
  nonEvents: 0,
});

const missingRatio = ({ n, numeratorSum, numeratorSumOfSquares }: RatioSums): MissingData => ({
  units: lack(MINIMUM_UNITS.ratio, n),
  events: lack(MINIMUM_EVENTS, effectiveEvents(numeratorSum, numeratorSumOfSquares)),
  nonEvents: 0,
});

function missingData(arms: TwoArms): { readonly control: MissingData; readonly treatment: MissingData } {
  switch (arms.kind) {
    case 'proportion':
      return { control: missingProportion(arms.control), treatment: missingProportion(arms.treatment) };
    case 'mean':
      return { control: missingMean(arms.control), treatment: missingMean(arms.treatment) };
    case 'ratio':
      return { control: missingRatio(arms.control), treatment: missingRatio(arms.treatment) };
    default:
      return arms satisfies never;
  }
}

const isComplete = ({ units, events, nonEvents }: MissingData): boolean => units + events + nonEvents === 0;

/**
 * Whether a confidence sequence may be shown. It is asymptotic: with 90/10 and few events it would miss the truth in up
 * to 36 % of experiments instead of 5 %, and holds from 100 units, 10 events and 10 non-events per arm (means and
 * ratios: 500 units, winsorised values that are not negative). Until then an exact e-value may be shown.
 */
export function experimentGate(arms: TwoArms): ExperimentGate {
  const missing = missingData(arms);
  return isComplete(missing.control) && isComplete(missing.treatment)
    ? { status: 'ready' }
    : { status: 'not-enough-data', missing };
}
