import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import type { MeanSums } from './sample.ts';

/** Values outside are set to the nearer one. */
export interface Caps {
  readonly lowerCap: number;
  readonly upperCap: number;
}

/**
 * A quantile by linear interpolation (Hyndman, Fan, American Statistician 50, 1996: type 7).
 *
 * @param sorted rising, at least one value
 * @param share in [0, 1]
 */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (place - Math.floor(place)) * (above - below);
}

export const capped = (value: number, { lowerCap, upperCap }: Caps): number =>
  Math.min(Math.max(value, lowerCap), upperCap);

/**
 * The totals of values whose heavy tails are set to quantiles of their own, so that a mean can be judged. In a running
 * experiment caps are frozen from history; `capped` applies them to one value. No values: not enough data.
 *
 * @param input.lower the share below which values are capped; 0 caps none
 * @param input.upper the share above which values are capped; 1 caps none
 */
export function winsorise(input: {
  readonly values: readonly number[];
  readonly lower: number;
  readonly upper: number;
}): ({ readonly status: 'ok' } & Caps & MeanSums) | NotEnoughData {
  const { values } = input;
  if (values.length === 0) return NOT_ENOUGH_DATA;
  const sorted = values.toSorted((a, b) => a - b);
  const caps: Caps = { lowerCap: quantile(sorted, input.lower), upperCap: quantile(sorted, input.upper) };
  let sum = 0;
  let sumOfSquares = 0;
  for (const value of sorted) {
    const inside = capped(value, caps);
    sum += inside;
    sumOfSquares += inside * inside;
  }
  return { status: 'ok', ...caps, n: values.length, sum, sumOfSquares };
}
