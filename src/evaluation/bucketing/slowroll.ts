import { sha1 } from '../hash/sha1.ts';
import type { Bucketing } from './bucketing.ts';

/** slowroll's position: the last four bytes of SHA-1 of the key, big-endian, as a share of 2^32. In [0, 1). */
export function slowrollPosition(key: string): number {
  return (sha1(key)[4]! >>> 0) / 2 ** 32;
}

/** Every flag places a key alike: neither flag, salt nor seed counts. */
export const slowroll: Bucketing = () => ({ bucketOf: slowrollPosition });
