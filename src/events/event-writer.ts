import { setImmediate as turn } from 'node:timers/promises';
import { sql, type Transaction } from 'kysely';
import type { EnvironmentRef } from '../store/store.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { AnalyticsEvent } from './analytics-event.ts';
import { EventRowsBuilder, type EventRows } from './event-rows.ts';

/** Events that stand or fall together. */
export interface Payload {
  readonly environment: EnvironmentRef;
  /** The sender's own id, the same when it sends again; absent: always counted. */
  readonly id?: string;
  readonly events: readonly AnalyticsEvent[];
}

/** SQLite takes 32,766 values in one statement, and writing more than this at once would hold the process too long. */
const ROWS_PER_STATEMENT = 250;

/**
 * Counts new events in the transaction that keeps them, so that they are counted exactly once: what it throws takes
 * the whole batch back. Called with every batch, so it must be quick when nothing concerns it.
 */
export type EventCounter = (
  db: Transaction<Schema>,
  payloads: readonly Pick<Payload, 'environment' | 'events'>[],
) => Promise<void>;

/** Writes all payloads in one transaction and answers which of them were counted; the others were known already. */
export function writePayloads(
  database: Database,
  payloads: readonly Payload[],
  now: number,
  counters: readonly EventCounter[] = [],
): Promise<readonly boolean[]> {
  return database.write(async (db) => {
    const isFresh: boolean[] = [];
    for (const payload of payloads) isFresh.push(await remember(db, payload, now));
    const fresh = payloads.filter((_, place) => isFresh[place]);
    const builder = new EventRowsBuilder();
    for (const { environment, events } of fresh) {
      for (const event of events) builder.add(environment, event);
    }
    await writeRows(db, builder.rows());
    if (fresh.length > 0) for (const count of counters) await count(db, fresh);
    return isFresh;
  });
}

async function remember(
  db: Transaction<Schema>,
  { id, environment }: Payload,
  now: number,
): Promise<boolean> {
  if (id === undefined) return true;
  const inserted = await db
    .insertInto('event_payloads')
    .values({ ...environment, payload_id: id, received_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('payload_id')
    .executeTakeFirst();
  return inserted !== undefined;
}

async function writeRows(
  db: Transaction<Schema>,
  { exposures, metrics, counters }: EventRows,
): Promise<void> {
  await inChunks(exposures, async (rows) => {
    await db
      .insertInto('exposures')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns([
            'project',
            'environment',
            'flag_key',
            'context_kind',
            'context_key',
            'flag_version',
            'variation',
          ])
          // `case` because SQLite's min() is PostgreSQL's least().
          .doUpdateSet({
            in_experiment: sql`case when excluded.in_experiment > exposures.in_experiment then excluded.in_experiment else exposures.in_experiment end`,
            first_at: sql`case when excluded.first_at < exposures.first_at then excluded.first_at else exposures.first_at end`,
            last_at: sql`case when excluded.last_at > exposures.last_at then excluded.last_at else exposures.last_at end`,
            times: sql`exposures.times + excluded.times`,
          }),
      )
      .execute();
  });
  await inChunks(metrics, async (rows) => {
    await db.insertInto('metric_events').values(rows).execute();
  });
  await inChunks(counters, async (rows) => {
    await db
      .insertInto('flag_counters')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['project', 'environment', 'flag_key', 'minute_at', 'flag_version', 'variation'])
          .doUpdateSet({ times: sql`flag_counters.times + excluded.times` }),
      )
      .execute();
  });
}

/** Between two statements the process looks after everybody else. */
async function inChunks<Row>(rows: readonly Row[], write: (chunk: Row[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    if (start > 0) await turn();
    await write(rows.slice(start, start + ROWS_PER_STATEMENT));
  }
}
