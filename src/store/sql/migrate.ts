import { type Kysely, type Transaction, sql } from 'kysely';
import { StoreUnavailableError } from '../store.ts';
import { DatabaseTooNewError } from './database-errors.ts';
import type { Database } from './database.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import type { Schema } from './schema.ts';

/** Any fixed number of our own; two programs that start at once wait for each other here. */
const ADVISORY_LOCK = 20_261_120;

/** How long a start waits for another program that migrates the same SQLite file. */
const PATIENCE_MS = 30_000;

/**
 * Brings the database up to this program: every migration that it lacks, by number, each in a transaction of its own
 * with its row of bookkeeping. A newer program's migrations are left as they are when they only added something. Throws
 * DatabaseTooNewError, having changed nothing, when another one was applied that we don't know.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const ordered = migrations.toSorted((a, b) => a.number - b.number);
  const repeated = ordered.find((migration, place) => ordered[place + 1]?.number === migration.number);
  if (repeated !== undefined) throw new Error(`two migrations have the number ${repeated.number}`);

  await locked(database, async (db) => {
    await db.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('schema_additions')
      .ifNotExists()
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .execute();
  });
  for (;;) {
    const more = await locked(database, (db) => applyNext(db, database, ordered));
    if (!more) return;
  }
}

async function applyNext(
  db: Kysely<Schema>,
  database: Database,
  ordered: readonly Migration[],
): Promise<boolean> {
  const applied = await db.selectFrom('schema_migrations').select(['number', 'name']).execute();
  const known = new Map(ordered.map((migration) => [migration.number, migration.name]));
  const additions = new Set(
    (await db.selectFrom('schema_additions').select('number').execute()).map(({ number }) => number),
  );
  const stranger = applied.find(
    ({ number, name }) => known.get(number) !== name && (known.has(number) || !additions.has(number)),
  );
  if (stranger !== undefined) {
    throw new DatabaseTooNewError(
      `the database is newer than this program: it has migration ${stranger.number}-${stranger.name}, which this program does not know; start the newer program, or put back a backup from before`,
    );
  }
  const done = new Set(applied.map((row) => row.number));
  const next = ordered.find((migration) => !done.has(migration.number));
  if (next === undefined) return false;
  await db
    .insertInto('schema_migrations')
    .values({
      number: next.number,
      name: next.name,
      applied_at: sql<string>`cast(current_timestamp as text)`,
    })
    .execute();
  if (next.onlyAdds === true) {
    await db.insertInto('schema_additions').values({ number: next.number }).execute();
  }
  await next.up(db, database.dialect);
  return true;
}

/** One transaction that no other starting program can be in at the same time. */
async function locked<T>(database: Database, work: (db: Transaction<Schema>) => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await database.write(async (db) => {
        if (database.dialect === 'postgres') {
          await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(db);
        }
        return await work(db);
      });
    } catch (error) {
      const busy = error instanceof StoreUnavailableError && error.reason === 'busy';
      if (!busy || performance.now() > deadline) throw error;
    }
  }
}
