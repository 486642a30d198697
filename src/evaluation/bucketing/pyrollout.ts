import { crc32 } from 'node:zlib';
import type { Bucketing } from './bucketing.ts';

/** What Python's `int()` reads: surrounding blanks, a sign, and underscores between digits. */
const INTEGER = /^[+-]?\d+(?:_\d+)*$/;

/**
 * pyrollout's percentile, 0–99: the integer that the id is, plus CRC-32 of the feature's name if `randomize`, mod 100.
 * An id that is not an integer counts by CRC-32 of its text, as in the Ruby original.
 *
 * @example
 * pyrolloutPercentile(1234, 'chat', false); // → 34
 */
export function pyrolloutPercentile(id: string | number, featureName: string, randomize: boolean): number {
  const text = String(id).trim();
  const shifted =
    (INTEGER.test(text) ? integerMod100(text) : crc32(String(id))) + (randomize ? crc32(featureName) : 0);
  return shifted % 100;
}

/** The last two digits decide; Python's remainder has the divisor's sign. */
function integerMod100(text: string): number {
  const rest = Number(text.replaceAll('_', '').replace(/^[+-]/, '').slice(-2));
  return text.startsWith('-') ? (100 - rest) % 100 : rest;
}

/** A rollout with a seed sets `randomize`: without it every flag gives an id the same bucket. */
export const pyrollout: Bucketing = ({ key, seed }) => ({
  bucketOf: (value) => pyrolloutPercentile(value, key, seed !== undefined) / 100,
});
