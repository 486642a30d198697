import { sql } from 'kysely';
import type { AnalyticsEvent } from '../../src/events/analytics-event.ts';
import { writePayloads } from '../../src/events/event-writer.ts';
import { localExposure, localTrack } from '../../src/events/local-events.ts';
import type { Database } from '../../src/store/sql/database.ts';
import type { Schema } from '../../src/store/sql/schema.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FLAG = { key: 'progressive-rollout', version: 1 };

/** Events of the site's pages as the program makes them, each page of a listener that never comes again. */
export function pageViews(from: number, count: number, perSecond: number): readonly AnalyticsEvent[] {
  return Array.from({ length: count }, (_, view) => {
    const at = from + Math.floor((view * 1_000) / perSecond);
    const context = { kind: 'user', key: `4f0e6b0c-5a0b-4b8e-9d3f-${from.toString(36)}-${view}` };
    const detail = {
      value: view % 2 === 0,
      variationIndex: view % 2,
      reason: { kind: 'FALLTHROUGH' },
    } as const;
    return [
      localExposure(FLAG, context, detail, at),
      localTrack('page-duration', context, at, { version: 'json' }, 12.5),
      localTrack('page-load', context, at, { version: 'json' }, 480),
    ];
  })
    .flat()
    .filter((event) => event !== undefined);
}

/** What SDKs count of so many flags in each of so many minutes. */
export function summaries(from: number, minutes: number, flags: number): readonly AnalyticsEvent[] {
  return Array.from({ length: minutes }, (_, minute) => ({
    kind: 'summary' as const,
    at: from + minute * MINUTE_MS,
    startAt: from + minute * MINUTE_MS,
    counters: Array.from({ length: flags }, (__, flag) => ({
      flagKey: `flag-${flag}`,
      flagVersion: 1,
      variation: 0,
      value: true,
      count: 50,
    })),
  }));
}

/** In one transaction, with the id of its sender. */
export async function report(
  database: Database,
  now: number,
  id: string,
  events: readonly AnalyticsEvent[],
): Promise<void> {
  await writePayloads(database, [{ environment: DEFAULT_ENVIRONMENT, id, events }], now);
}

/** Rows of every table that has any. */
export async function rowCounts(database: Database): Promise<Readonly<Record<string, number>>> {
  const tables = await database.kysely.introspection.getTables();
  const counts: [string, number][] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ rows: number }>`
      select count(*) as rows from ${sql.table(name)}`.execute(database.kysely);
    counts.push([name, Number(rows[0]?.rows)]);
  }
  return Object.fromEntries(counts.filter(([, rows]) => rows > 0));
}

/** Deliveries of a webhook that were over at once. */
export async function addDeliveries(
  database: Database,
  name: string,
  count: number,
  at: number,
): Promise<void> {
  const rows = Array.from({ length: count }, (_, nth): Schema['webhook_deliveries'] => ({
    id: `${name}-${nth}`,
    webhook_id: 'hook',
    event: 'flag.updated',
    payload: JSON.stringify({ type: 'flag.updated', data: 'x'.repeat(2_000) }),
    state: 'delivered',
    next_at: at,
    attempts: JSON.stringify([{ at, status: 204, error: null, durationMs: 12 }]),
    claim: null,
    claim_until: null,
    created_at: at,
    finished_at: at,
  }));
  await database.write((db) => db.insertInto('webhook_deliveries').values(rows).execute());
}

export async function addWebhook(database: Database): Promise<void> {
  const row: Schema['webhooks'] = {
    id: 'hook',
    url: 'https://example.com/hook',
    description: null,
    project: null,
    environment: null,
    events: '[]',
    enabled: 1,
    disabled_reason: null,
    secret: 'secret',
    previous_secret: null,
    previous_until: null,
    created_at: 0,
    updated_at: 0,
    created_by: 'anna',
  };
  await database.write((db) => db.insertInto('webhooks').values(row).execute());
}
