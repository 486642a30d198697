import { Sha1Prefix } from '../hash/sha1.ts';
import type { Buckets, Bucketing } from './bucketing.ts';

const TWO_TO_28 = 0x10000000;
const TWO_TO_60 = 2 ** 60;

/** Extends the prefix instead of holding one, so that a rollout at 10,000 flags has one object less to fetch. */
class LaunchDarklyBuckets extends Sha1Prefix implements Buckets {
  bucketOf(value: string): number {
    const hash = this.hash(value);
    return ((hash[0]! >>> 0) * TWO_TO_28 + (hash[1]! >>> 4)) / TWO_TO_60;
  }
}

/**
 * LaunchDarkly's bucket: the first 60 bits of SHA-1 of `key.salt.value`, or of `seed.value`, as a share of 2^60 − 1
 * (which a double cannot tell from 2^60). In [0, 1]. Source: the SDKs' `Bucketer`.
 */
export const launchDarkly: Bucketing = ({ key, salt, seed }) =>
  new LaunchDarklyBuckets(seed === undefined ? `${key}.${salt}.` : `${seed}.`);

/**
 * The bucket of one value, for callers that need only the number.
 *
 * @example
 * launchDarklyBucket('hashKey', 'saltyA', 'userKeyA'); // → 0.4215758743392494
 */
export function launchDarklyBucket(key: string, salt: string, value: string, seed?: number): number {
  return launchDarkly({ key, salt, seed }).bucketOf(value);
}
