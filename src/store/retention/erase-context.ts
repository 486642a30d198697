import { setImmediate as turn } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../sql/database.ts';
import type { Schema } from '../sql/schema.ts';
import type { EnvironmentRef } from '../store.ts';
import { sweepStep } from './sweep.ts';

/** Rows of raw events are found by walking the table, since no index begins with a context. */
const RAW_TABLES = ['exposures', 'metric_events'] as const;
const EXPERIMENT_TABLES = ['experiment_exposures', 'experiment_values'] as const;
const RELEASE_TABLES = ['release_units', 'release_series_units', 'release_windows'] as const;

/**
 * Deletes every row about one context of an environment, in steps of a few hundred rows between which others have the
 * database. What was added up of many contexts (totals of experiments, counts, decisions) stays: it has no key in it.
 *
 * @returns how many rows were deleted
 * @throws StoreUnavailableError when the database is away; what was deleted until then stays deleted
 */
export async function eraseContext(
  database: Database,
  { project, environment }: EnvironmentRef,
  { kind, key }: { readonly kind: string; readonly key: string },
): Promise<number> {
  const isRaw = sql<boolean>`project = ${project} and environment = ${environment} and context_kind = ${kind} and context_key = ${key}`;
  const isUnitOf = (parent: 'experiments' | 'releases', column: string): RawBuilder<boolean> =>
    sql<boolean>`unit_key = ${key} and ${sql.ref(column)} in (select id from ${sql.table(parent)} where project = ${project} and environment = ${environment} and unit_kind = ${kind})`;
  let deleted = 0;
  for (const table of RAW_TABLES) deleted += await eraseFrom(database, table, isRaw);
  for (const table of EXPERIMENT_TABLES) {
    deleted += await eraseFrom(database, table, isUnitOf('experiments', 'experiment_id'));
  }
  for (const table of RELEASE_TABLES) {
    const { numAffectedRows = 0n } = await database.write((db) =>
      sql`delete from ${sql.table(table)} where ${isUnitOf('releases', 'release_id')}`.execute(db),
    );
    deleted += Number(numAffectedRows);
  }
  return deleted;
}

async function eraseFrom(
  database: Database,
  table: keyof Schema,
  isGone: RawBuilder<boolean>,
): Promise<number> {
  let deleted = 0;
  for (let next: number | null = 0; next !== null; await turn()) {
    const step = await sweepStep(database, table, isGone, next);
    deleted += step.deleted;
    ({ next } = step);
  }
  return deleted;
}
