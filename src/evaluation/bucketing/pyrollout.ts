import { crc32 } from '../hash/crc32.ts';
import type { Bucketing } from './bucketing.ts';

/** What Python's `int()` reads: surrounding blanks, a sign, and underscores between digits. */
const WHOLE = /^[+-]?\d+(?:_\d+)*$/;

/**
 * pyrollout's percentile, 0–99: the whole number that the id is, plus CRC-32 of the feature's name if `randomize`,
 * mod 100. An id that is not a whole number counts by CRC-32 of its text, as in the Ruby original.
 */
export function pyrolloutPercentile(id: string | number, featureName: string, randomize: boolean): number {
  const text = String(id).trim();
  const shifted =
    (WHOLE.test(text) ? wholeMod100(text) : crc32(String(id))) + (randomize ? crc32(featureName) : 0);
  return shifted % 100;
}

/** The last two digits say it; Python's remainder has the divisor's sign. */
function wholeMod100(text: string): number {
  const rest = Number(text.replaceAll('_', '').replace(/^[+-]/, '').slice(-2));
  return text.startsWith('-') ? (100 - rest) % 100 : rest;
}

/** A rollout with a seed asks for `randomize`: without one every flag places an id alike. */
export const pyrollout: Bucketing = ({ key, seed }) => ({
  bucketOf: (value) => pyrolloutPercentile(value, key, seed !== undefined) / 100,
});
