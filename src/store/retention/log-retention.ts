import { sql } from 'kysely';
import { olderThan, type RetentionRule } from './sweep.ts';

export interface LogRetention {
  /** How long the counts of evaluations by the minute are kept. */
  readonly countersKeptMs: number;
  /** How long refusals of keys are kept. What happened to a key (made, rotated, revoked) stays. */
  readonly refusalsKeptMs: number;
}

/** What is deleted of counts and logs. Ids of payloads, idempotent requests and deliveries go where they are written. */
export const logRetentionRules = ({
  countersKeptMs,
  refusalsKeptMs,
}: LogRetention): readonly RetentionRule[] => {
  const isOld = olderThan('at', refusalsKeptMs, { as: 'text' });
  return [
    { table: 'flag_counters', expired: olderThan('minute_at', countersKeptMs) },
    {
      table: 'key_events',
      expired: (database, now) => sql<boolean>`action = 'refuse' and ${isOld(database, now)}`,
    },
  ];
};
