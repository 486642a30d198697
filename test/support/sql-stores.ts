import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe } from 'vitest';
import { type Database, type DatabaseTarget, openDatabase } from '../../src/store/sql/database.ts';
import { type SqlStore, type SqlStoreOptions, openSqlStore } from '../../src/store/sql/sql-store.ts';
import type { Store } from '../../src/store/store.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { useMigratedPostgres } from './migrated-postgres.ts';
import { SEEDED, tickingClock } from './store-contract.ts';

/** A store and the database below it, as one instance of the program has them. */
export interface Instance {
  readonly store: SqlStore;
  readonly database: Database;
  close(): Promise<void>;
}

export async function openInstance(
  target: DatabaseTarget,
  options: Partial<SqlStoreOptions> = {},
): Promise<Instance> {
  const database = await openDatabase(target);
  const store = await openSqlStore({
    database,
    now: tickingClock(),
    seedFlags: { flags: { [SEEDED.key]: SEEDED }, segments: {} },
    ...(target.kind === 'postgres' ? { listenUrl: target.url } : {}),
    ...options,
  });
  return {
    store,
    database,
    close: async () => {
      await store.close();
      await database.close();
    },
  };
}

/** The same tests on SQLite files and on PostgreSQL; instances are closed after each. */
export function onBothDatabases(
  tests: (start: (options?: Partial<SqlStoreOptions>) => Promise<Instance>) => void,
): void {
  describe('in SQLite', () => {
    let folder: string;
    let open: Instance[] = [];
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'dj-sql-'));
    });
    afterEach(async () => {
      await Promise.all(open.map((instance) => instance.close()));
      open = [];
      rmSync(folder, { recursive: true });
    });
    tests(async (options) => {
      const instance = await openInstance({ kind: 'sqlite', file: join(folder, 'dj-toggle.db') }, options);
      open.push(instance);
      return instance;
    });
  });

  describe.skipIf(postgresBinaries() === undefined)('in PostgreSQL', () => {
    const freshDatabase = useMigratedPostgres();
    let url: Promise<string> | undefined;
    let open: Instance[] = [];
    afterEach(async () => {
      await Promise.all(open.map((instance) => instance.close()));
      open = [];
      url = undefined;
    });
    tests(async (options) => {
      url ??= freshDatabase();
      const instance = await openInstance({ kind: 'postgres', url: await url }, options);
      open.push(instance);
      return instance;
    });
  });
}

/** Resolves when the store's snapshot says so; asks at every event of its feed. */
export function until(store: Store, isSo: (store: Store) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (isSo(store)) resolve();
  };
  const leave = store.subscribe(look);
  look();
  return promise.finally(leave);
}
