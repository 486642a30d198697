import type { TiltScale } from '../../experiment/statistics/e-arm-tilt.ts';
import { capped, quantile } from '../../experiment/statistics/winsorise.ts';

/** With fewer values the scale would be chance. */
export const VALUES_FOR_SCALE = 100;
const TAIL = 0.99;

/**
 * How the values that come from now on are put on one scale: heavy tails cut at the 99th percentile of history, then
 * mean and standard deviation. Undefined while there are too few values, or all are the same.
 */
export function scaleOf(history: readonly number[]): TiltScale | undefined {
  if (history.length < VALUES_FOR_SCALE) return undefined;
  const cap = quantile(
    history.toSorted((a, b) => a - b),
    TAIL,
  );
  const values = history.map((value) => capped(value, { lowerCap: -Infinity, upperCap: cap }));
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
  return scale > 0 ? { cap, centre, scale } : undefined;
}
