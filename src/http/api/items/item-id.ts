import { createHash } from 'node:crypto';
import type { EnvironmentRef } from '../../../store/store.ts';

/**
 * A whole number for clients that want one, as the flag microservice's had: 53 bits of the SHA-256 of where the item
 * stands, so that it stays the same over export and import and fits into a double.
 */
export function itemId({ project, environment }: EnvironmentRef, key: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([project, environment, key]))
    .digest();
  return Number(digest.readBigUInt64BE() >> 11n);
}
