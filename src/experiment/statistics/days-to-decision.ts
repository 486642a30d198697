import { sequenceAround } from './confidence-sequence.ts';
import type { Effect } from './effect.ts';
import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import { findRoot } from './special/find-root.ts';

/** Decisions further away than this many units are not promised. */
const MAX_UNITS = 1e12;

export type DaysToDecision =
  | { readonly status: 'decided' }
  | {
      readonly status: 'ok';
      /** Units of both arms, beyond those that are there. */
      readonly missingUnits: number;
      readonly days: number;
    }
  | NotEnoughData;

/**
 * When the confidence sequence will probably exclude 0 at the present traffic: the size at which its half width is as
 * small as the effect looked for. If that effect is the true one, about half of all experiments have decided by then.
 *
 * @param input.estimate the effect so far, with its standard error
 * @param input.units of both arms, so far
 * @param input.unitsPerDay of both arms
 * @param input.effectOfInterest the effect looked for; default: the one seen so far
 */
export function daysToDecision(input: {
  readonly estimate: Effect;
  readonly units: number;
  readonly unitsPerDay: number;
  readonly alpha: number;
  readonly tuning: number;
  readonly effectOfInterest?: number;
}): DaysToDecision {
  const { estimate, units, unitsPerDay } = input;
  const now = sequenceAround(estimate, units, input);
  if (now.lower > 0 || now.upper < 0) return { status: 'decided' };
  const wanted = Math.abs(input.effectOfInterest ?? estimate.effect);
  if (wanted === 0 || unitsPerDay <= 0) return NOT_ENOUGH_DATA;
  const tooWide = (logUnits: number): number => {
    const later = Math.exp(logUnits);
    const standardError = estimate.standardError * Math.sqrt(units / later);
    return wanted - sequenceAround({ ...estimate, standardError }, later, input).halfWidth;
  };
  if (tooWide(Math.log(MAX_UNITS)) < 0) return NOT_ENOUGH_DATA;
  const needed = Math.exp(findRoot(tooWide, Math.log(units), Math.log(MAX_UNITS)));
  const missingUnits = Math.max(0, Math.ceil(needed - units));
  return { status: 'ok', missingUnits, days: missingUnits / unitsPerDay };
}
