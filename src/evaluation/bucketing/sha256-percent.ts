import { sha256 } from '../hash/sha256.ts';
import type { Bucketing } from './bucketing.ts';

/** 2^32 mod 100: what a digest read so far weighs when the next word follows it. */
const WORD_WEIGHT = 2 ** 32 % 100;

/** SHA-256 of `user:flag`, the whole digest as one number, mod 100. */
export function sha256Percent(userKey: string, flagKey: string): number {
  return sha256(`${userKey}:${flagKey}`).reduce((rest, word) => (rest * WORD_WEIGHT + word) % 100, 0);
}

/** The place is the percentage as a share; salt and seed do not count. */
export const sha256PercentBucketing: Bucketing = ({ key }) => ({
  bucketOf: (value) => sha256Percent(value, key) / 100,
});
