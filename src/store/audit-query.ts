import type { AuditEntry, AuditQuery } from './store.ts';

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 200;

/** The query's limit, from 1 to 200. Throws RangeError on anything else. */
export function auditLimit({ limit = DEFAULT_LIMIT }: AuditQuery): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > HIGHEST_LIMIT) {
    throw new RangeError(`expected a limit from 1 to ${HIGHEST_LIMIT}, got ${limit}`);
  }
  return limit;
}

/** A page of a log that is held in memory, newest first. */
export function auditPage(entries: readonly AuditEntry[], query: AuditQuery): readonly AuditEntry[] {
  const { environment, kind, key, before = Number.POSITIVE_INFINITY } = query;
  const limit = auditLimit(query);
  const page: AuditEntry[] = [];
  for (let place = entries.length - 1; place >= 0 && page.length < limit; place -= 1) {
    const entry = entries[place];
    if (
      entry !== undefined &&
      entry.id < before &&
      (kind === undefined || entry.kind === kind) &&
      (key === undefined || entry.key === key) &&
      (environment === undefined ||
        (entry.environment.project === environment.project &&
          entry.environment.environment === environment.environment))
    ) {
      page.push(entry);
    }
  }
  return page;
}
