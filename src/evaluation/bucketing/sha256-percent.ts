import { hash } from 'node:crypto';
import type { Bucketing } from './bucketing.ts';

/**
 * The percentage, 0–99, of the bucketing `sha256-percent`: SHA-256 of `user:flag`, the whole digest as one number, mod 100.
 *
 * @example
 * sha256Percent('user-1', 'new-checkout'); // → 89
 */
export function sha256Percent(userKey: string, flagKey: string): number {
  return Number(BigInt(`0x${hash('sha256', `${userKey}:${flagKey}`)}`) % 100n);
}

/** The bucket is the percentage as a share; salt and seed do not count. */
export const sha256PercentBucketing: Bucketing = ({ key }) => ({
  bucketOf: (value) => sha256Percent(value, key) / 100,
});
