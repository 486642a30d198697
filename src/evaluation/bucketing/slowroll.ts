import { hash } from 'node:crypto';
import type { Bucketing } from './bucketing.ts';

const LAST_WORD_AT = 16;

/**
 * slowroll's position: the last four bytes of SHA-1 of the key, big-endian, as a share of 2^32. In [0, 1).
 *
 * @example
 * slowrollPosition('user-1'); // → 0.413073337636888
 */
export function slowrollPosition(key: string): number {
  return hash('sha1', key, 'buffer').readUInt32BE(LAST_WORD_AT) / 2 ** 32;
}

/** Every flag gives a key the same bucket: neither flag, salt nor seed counts. */
export const slowroll: Bucketing = () => ({ bucketOf: slowrollPosition });
