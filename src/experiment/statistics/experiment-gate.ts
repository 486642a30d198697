import type { TwoArms } from './sample.ts';

/** What an arm has; events of a mean are the units that carry its sum. */
export interface ArmData {
  readonly units: number;
  readonly events: number;
  /** Units without an event; only proportions need them. */
  readonly nonEvents: number;
}

/** What each arm needs before an interval is shown. */
export const NEEDED_DATA: Readonly<Record<TwoArms['kind'], ArmData>> = {
  proportion: { units: 100, events: 10, nonEvents: 10 },
  mean: { units: 500, events: 10, nonEvents: 0 },
  ratio: { units: 500, events: 10, nonEvents: 0 },
};

const NOTHING: ArmData = { units: 0, events: 0, nonEvents: 0 };

export type ExperimentGate =
  | { readonly status: 'ready' }
  | {
      readonly status: 'not-enough-data';
      /** What each arm still lacks; 0 where it has enough. */
      readonly missing: { readonly control: ArmData; readonly treatment: ArmData };
    };

/**
 * How many units carry the sum of values that are not negative: (Σx)²/Σx² (Kish, Survey Sampling, 1965). For zeros and
 * ones it is the number of ones; a few large values among many zeros count as few.
 */
const effectiveEvents = (sum: number, sumOfSquares: number): number =>
  sumOfSquares === 0 ? 0 : (sum * sum) / sumOfSquares;

function dataOf(arms: TwoArms, arm: 'control' | 'treatment'): ArmData {
  switch (arms.kind) {
    case 'proportion': {
      const { n, successes } = arms[arm];
      return { units: n, events: successes, nonEvents: n - successes };
    }
    case 'mean': {
      const { n, sum, sumOfSquares } = arms[arm];
      return { units: n, events: effectiveEvents(sum, sumOfSquares), nonEvents: 0 };
    }
    case 'ratio': {
      const { n, numeratorSum, numeratorSumOfSquares } = arms[arm];
      return { units: n, events: effectiveEvents(numeratorSum, numeratorSumOfSquares), nonEvents: 0 };
    }
    default:
      return arms satisfies never;
  }
}

const add = (a: ArmData, b: ArmData): ArmData => ({
  units: a.units + b.units,
  events: a.events + b.events,
  nonEvents: a.nonEvents + b.nonEvents,
});

const lack = (needed: number, has: number): number => Math.max(0, Math.ceil(needed - has));

const missingOf = (needed: ArmData, has: ArmData): ArmData => ({
  units: lack(needed.units, has.units),
  events: lack(needed.events, has.events),
  nonEvents: lack(needed.nonEvents, has.nonEvents),
});

const isComplete = ({ units, events, nonEvents }: ArmData): boolean => units + events + nonEvents === 0;

/**
 * Whether a confidence sequence may be shown. It is asymptotic: with 90/10 and few events it would miss the truth in up
 * to 36 % of experiments instead of 5 %, and holds from 100 units, 10 events and 10 non-events per arm (means and
 * ratios: 500 units and 10 events, winsorised values that are not negative). Until then an exact e-value may be shown.
 *
 * @param phases of one metric; what they have is added up
 */
export function experimentGate(phases: readonly TwoArms[]): ExperimentGate {
  const needed = NEEDED_DATA[phases[0]?.kind ?? 'proportion'];
  const missing = (arm: 'control' | 'treatment'): ArmData =>
    missingOf(needed, phases.map((phase) => dataOf(phase, arm)).reduce(add, NOTHING));
  const control = missing('control');
  const treatment = missing('treatment');
  return isComplete(control) && isComplete(treatment)
    ? { status: 'ready' }
    : { status: 'not-enough-data', missing: { control, treatment } };
}
