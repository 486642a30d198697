import { sql } from 'kysely';
import { olderThan, type RetentionRule } from './sweep.ts';

/** How long each is kept, in milliseconds. */
export interface LogRetention {
  /** Counts of evaluations by the minute. */
  readonly countersMs: number;
  /** Refusals of keys. */
  readonly refusalsMs: number;
  /** What happened to keys; at least 29 days, since the database lets nothing younger go. */
  readonly keyEventsMs: number;
  /** Deliveries of webhooks, after their end. */
  readonly deliveriesMs: number;
  /** Ids of bodies of events, by which a body that is sent again is known. */
  readonly payloadIdsMs: number;
}

/** What is deleted of counts and logs. Idempotent requests go where they are written, the audit log goes to archives. */
export const logRetentionRules = (kept: LogRetention): readonly RetentionRule[] => {
  const isOldRefusal = olderThan('at', kept.refusalsMs, { as: 'text' });
  const isOldEvent = olderThan('at', kept.keyEventsMs, { as: 'text' });
  return [
    { table: 'flag_counters', expired: olderThan('minute_at', kept.countersMs) },
    {
      table: 'key_events',
      expired: (database, now) =>
        sql<boolean>`case when action = 'refuse' then ${isOldRefusal(database, now)} else ${isOldEvent(database, now)} end`,
    },
    // Null as long as a delivery is not over: no time is before null.
    { table: 'webhook_deliveries', expired: olderThan('finished_at', kept.deliveriesMs) },
    { table: 'event_payloads', expired: olderThan('received_at', kept.payloadIdsMs) },
  ];
};
