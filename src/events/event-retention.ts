import { sql, type Transaction } from 'kysely';
import type { RetentionRule } from '../store/retention/sweep.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import { exposuresKeptSince } from './exposure-cap.ts';

export interface EventRetention {
  /** How long raw events are kept. */
  readonly keptMs: number;
  /** How many metric events are kept, about: the newest. */
  readonly maxMetricEvents: number;
  /** How many exposures are kept, about: those last seen the latest. */
  readonly maxExposures: number;
}

/** Events come almost in the order of time; a few beside the oldest one that is kept tell its time. */
const NEIGHBOURS = 100;

/**
 * What is deleted of raw events. Exposures go when their context was last seen too long ago, metric events by when they
 * happened. What experiments and releases counted of them is kept elsewhere.
 */
export const eventRetentionRules = (retention: EventRetention): readonly RetentionRule[] => [
  {
    table: 'metric_events',
    expired: async (database, now) => sql`at < ${await raiseKeptSince(database, retention, now)}`,
  },
  {
    table: 'exposures',
    expired: async (database, now) =>
      sql`last_at < ${Math.max(now - retention.keptMs, await exposuresKeptSince(database, retention.maxExposures))}`,
  },
];

/** From when on all metric events are there, in epoch milliseconds. */
export async function metricEventsKeptSince(db: Transaction<Schema>): Promise<number> {
  const { kept_since } = await db
    .selectFrom('event_retention')
    .select('kept_since')
    .executeTakeFirstOrThrow();
  return kept_since;
}

/** Made durable before anything is deleted, so that no reader takes a part of the events for all of them. It never falls. */
async function raiseKeptSince(
  database: Database,
  { keptMs, maxMetricEvents }: EventRetention,
  now: number,
): Promise<number> {
  const { known, next } = await database.read(async (db) => ({
    known: await metricEventsKeptSince(db),
    next: Math.max(now - keptMs, await oldestOfNewest(db, maxMetricEvents)),
  }));
  if (next <= known) return known;
  await database.write((db) =>
    db.updateTable('event_retention').set({ kept_since: next }).where('kept_since', '<', next).execute(),
  );
  return next;
}

/** When the first of the newest `count` metric events happened; 0: there are no more than that. */
async function oldestOfNewest(db: Transaction<Schema>, count: number): Promise<number> {
  const { last } = await db
    .selectFrom('metric_events')
    .select((select) => select.fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  if (last === null || last <= count) return 0;
  const found = await db
    .selectFrom('metric_events')
    .select('at')
    .where('id', '>', last - count)
    .where('id', '<=', last - count + NEIGHBOURS)
    .execute();
  return found.length === 0 ? 0 : Math.max(...found.map(({ at }) => at));
}
