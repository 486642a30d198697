import { type Transaction, sql } from 'kysely';
import type { AnalyticsEvent } from '../../events/analytics-event.ts';
import type { EventCounter } from '../../events/event-writer.ts';
import type { Schema } from '../../store/sql/schema.ts';
import type { EnvironmentRef } from '../../store/store.ts';
import { readPlan } from '../plan/stored-plan.ts';
import type { Guard } from '../plan/release-plan.ts';
import { readLedger, readServedVersions } from './guard-rows.ts';
import { writeLedger, writeScale } from './ledger-rows.ts';
import { countInto, type Ledger } from './listener-counts.ts';
import { closeWindows } from './outcome-windows.ts';
import { relevantEvents, type WatchedRule } from './relevant-events.ts';
import { scaleOf } from './value-scale.ts';

type Db = Transaction<Schema>;

interface WatchedRelease extends WatchedRule {
  readonly id: string;
  readonly environment: EnvironmentRef;
  readonly guards: readonly Guard[];
}

/** So much of a metric's history makes its scale. */
const HISTORY = 1_000;

/**
 * Counts what the guards of running releases look at, in the transaction that acknowledges the events: no event is
 * lost, and none counted twice. It costs one small query where no release runs.
 */
export const countGuards: EventCounter = async (db, payloads) => {
  for (const release of await watchedReleases(db)) {
    const { project, environment } = release.environment;
    const events = payloads
      .filter((each) => each.environment.project === project && each.environment.environment === environment)
      .flatMap((each) => each.events);
    if (events.length > 0) await countFor(db, release, events);
  }
};

async function watchedReleases(db: Db): Promise<readonly WatchedRelease[]> {
  const rows = await db
    .selectFrom('releases')
    .select(['id', 'project', 'environment', 'plan', 'metrics', 'unit_kind', 'created_at'])
    .where('finished_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id, project, environment, unit_kind: unitKind, ...row }) => {
    const { flag, rule, from, to, guards } = readPlan(row);
    return {
      id,
      environment: { project, environment },
      flag,
      rule,
      from,
      to,
      unitKind,
      guards,
    };
  });
}

async function countFor(db: Db, release: WatchedRelease, events: readonly AnalyticsEvent[]): Promise<void> {
  const keys = new Set(release.guards.map(({ metric }) => metric.eventKey));
  const relevant = relevantEvents(events, release, keys);
  if (relevant.length === 0) return;
  // Writing the row first locks it: of two instances the second counts on what the first has written.
  await db
    .updateTable('release_listeners')
    .set({ treatment: sql`treatment` })
    .where('release_id', '=', release.id)
    .execute();
  const versions = await readServedVersions(db, release.id);
  if (versions.length === 0) return;
  const newestAt = relevant.at(-1)?.at ?? 0;
  const units = [...new Set(relevant.map(({ unit }) => unit))];
  const ledger = await readLedger(db, release.id, units, newestAt);
  countInto(ledger, relevant, versions, release.guards);
  closeWindows(ledger, release.guards, newestAt);
  await writeLedger(db, release.id, ledger);
  await freezeScales(db, release, ledger);
}

/** What is counted must not have had a part in its own scale, so that a scale holds for the batches that follow. */
async function freezeScales(
  db: Db,
  { id, environment, guards }: WatchedRelease,
  ledger: Ledger,
): Promise<void> {
  for (const { totals } of ledger.series) {
    const metric = guards[totals.guard]?.metric;
    if (totals.kind !== 'values' || totals.scale !== null || metric === undefined) continue;
    const rows = await db
      .selectFrom('metric_events')
      .select('value')
      .where('project', '=', environment.project)
      .where('environment', '=', environment.environment)
      .where('event_key', '=', metric.eventKey)
      .where('value', 'is not', null)
      .orderBy('at', 'desc')
      .limit(HISTORY)
      .execute();
    const scale = scaleOf(rows.flatMap(({ value }) => (value === null ? [] : [value])));
    if (scale !== undefined) await writeScale(db, id, totals.guard, scale);
  }
}
