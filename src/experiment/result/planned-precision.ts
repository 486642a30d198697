import { sequenceAround } from '../statistics/confidence-sequence.ts';
import type { Interval } from './compare.ts';

/**
 * Half the width that an interval will have at the planned size, if the values go on spreading as they do. An effect of
 * that size is decided by then in about half of all experiments.
 *
 * @param units of both arms, so far
 * @param settings.tuning the planned size, in units of both arms
 */
export function plannedPrecision(
  { lower, upper }: Interval,
  units: number,
  settings: { readonly alpha: number; readonly tuning: number },
): number {
  const perStandardError = (size: number): number =>
    sequenceAround({ status: 'ok', effect: 0, standardError: 1 }, size, settings).halfWidth;
  const standardError = (upper - lower) / 2 / perStandardError(units);
  return standardError * Math.sqrt(units / settings.tuning) * perStandardError(settings.tuning);
}
