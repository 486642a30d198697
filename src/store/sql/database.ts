import { dirname } from 'node:path';
import { type Logger, SILENT_LOGGER } from '../../shared/logger.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { type Dialect, Kysely, type Transaction } from 'kysely';
import { isDiskNearlyFull } from './free-space.ts';
import { asStoreError, isBusy } from './database-errors.ts';
import type { DialectName } from './dialect-name.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migrations.ts';
import type { Schema } from './schema.ts';
import { ImmediateSqliteDialect, openSqliteFile } from './sqlite.ts';

export type DatabaseTarget =
  /** `:memory:` for a database that lives as long as the process. */
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

export interface DatabaseOptions {
  /** Default: silent. */
  readonly log?: Logger;
  /** Default: all of the program's. Tests give fewer or more. */
  readonly migrations?: readonly Migration[];
  /** How many connections to PostgreSQL at most. Default 8. */
  readonly connections?: number;
  /** Default true. A tool that only looks leaves the schema as the running program needs it. */
  readonly migrate?: boolean;
}

/** One database, migrated and ready; shared by everything that is kept. */
export interface Database {
  readonly kysely: Kysely<Schema>;
  readonly dialect: DialectName;
  /**
   * One write transaction, durable when it resolves. SQLite takes the write lock at once, and tries again for a moment
   * (without stopping the process) while another process holds it. Throws StoreUnavailableError when the database is away, busy or full.
   */
  write<T>(work: (db: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** A single query outside of a transaction. Throws StoreUnavailableError. */
  query<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>;
  /** One read transaction: all of its queries see the same moment. Throws StoreUnavailableError. */
  read<T>(work: (db: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Whether what is left of the disk is kept for changes of flags. Always false for PostgreSQL, whose disk is not seen from here. */
  isNearlyFull(): boolean;
  close(): Promise<void>;
}

/** About half a second altogether: most locks are gone after milliseconds, and what is not gone then may last. */
const BUSY_TRIES = 11;
const FIRST_BUSY_PAUSE_MS = 10;
const MAX_BUSY_PAUSE_MS = 60;

/**
 * Opens the database and brings it up to this program's schema.
 * Throws DatabaseTooNewError, DatabaseCorruptError, DatabaseUnfitError, or StoreUnavailableError when it cannot be reached.
 */
export async function openDatabase(
  target: DatabaseTarget,
  { log = SILENT_LOGGER, connections, migrations, migrate: migrating = true }: DatabaseOptions = {},
): Promise<Database> {
  const folder = target.kind === 'sqlite' && target.file !== ':memory:' ? dirname(target.file) : undefined;
  const database = databaseOver(await openDialect(target, log, connections), target.kind, folder);
  try {
    if (migrating) {
      if (target.kind === 'sqlite') await migrate(database, migrations);
      else await migratePatiently(target.url, log, migrations);
    }
    return database;
  } catch (error) {
    await database.close();
    throw asStoreError(error);
  }
}

async function openDialect(target: DatabaseTarget, log: Logger, connections?: number): Promise<Dialect> {
  if (target.kind === 'sqlite') return new ImmediateSqliteDialect(openSqliteFile(target.file));
  return (await loadPostgres()).openPostgresDialect(target.url, log, connections);
}

/** Loaded when it is needed: the driver of PostgreSQL is 50 modules. */
const loadPostgres = () => import('./postgres.ts');

async function migratePatiently(url: string, log: Logger, migrations?: readonly Migration[]): Promise<void> {
  const database = databaseOver((await loadPostgres()).openPatientPostgresDialect(url, log), 'postgres');
  try {
    await migrate(database, migrations);
  } finally {
    await database.close();
  }
}

function databaseOver(driver: Dialect, dialect: DialectName, folder?: string): Database {
  const kysely = new Kysely<Schema>({ dialect: driver });
  return {
    kysely,
    dialect,
    query: (work) => inTransaction(() => work(kysely)),
    write: (work) => inTransaction(() => kysely.transaction().execute(work)),
    read: (work) =>
      inTransaction(() =>
        (dialect === 'postgres'
          ? kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
          : kysely.transaction().setAccessMode('read only')
        ).execute(work),
      ),
    isNearlyFull: () => folder !== undefined && isDiskNearlyFull(folder),
    close: () => kysely.destroy(),
  };
}

async function inTransaction<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!isBusy(error) || attempt === BUSY_TRIES) throw asStoreError(error);
      await wait(Math.min(MAX_BUSY_PAUSE_MS, FIRST_BUSY_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }
}
