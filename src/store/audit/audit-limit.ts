import type { AuditQuery } from '../store.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** The query's limit, from 1 to 200. @throws RangeError on anything else */
export function auditLimit({ limit = DEFAULT_LIMIT }: AuditQuery): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new RangeError(`expected a limit from 1 to ${MAX_LIMIT}, got ${limit}`);
  }
  return limit;
}
