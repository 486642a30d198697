import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/app/config.ts';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { openSqlStore } from '../../../src/store/sql/sql-store.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { useMigratedPostgres } from '../../support/migrated-postgres.ts';

describe.skipIf(postgresBinaries() === undefined)('connections to PostgreSQL', () => {
  const freshDatabase = useMigratedPostgres();

  test('ten busy instances have 90 by default, and fit the 97 that PostgreSQL gives to programs', async () => {
    const url = await freshDatabase();
    const connections = loadConfig({}).databaseConnections;
    const databases = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const database = await openDatabase({ kind: 'postgres', url }, { connections });
        const store = await openSqlStore({ database, now: Date.now, listenUrl: url });
        onTestFinished(async () => {
          await store.close();
          await database.close();
        });
        return database;
      }),
    );
    const { promise: counted, resolve: letGo } = Promise.withResolvers<void>();
    const busy: Promise<void>[] = [];
    for (const database of databases) {
      for (let nth = 0; nth < connections; nth += 1) {
        const { promise: taken, resolve: take } = Promise.withResolvers<void>();
        const use = database.kysely.connection().execute(async () => {
          take();
          await counted;
        });
        busy.push(use);
        await Promise.race([taken, use]);
      }
    }
    // Its own connections are all taken: what comes now waits, and is refused after a second.
    await expect(databases[0]?.query((db) => sql`select 1`.execute(db))).rejects.toThrow(
      'the database is away',
    );
    const watcher = await openDatabase({ kind: 'postgres', url }, { migrate: false, connections: 1 });
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from pg_stat_activity
      where application_name = 'dj-toggle' and datname = current_database()`.execute(watcher.kysely);
    await watcher.close();
    letGo();
    await Promise.all(busy);
    expect(Number(rows[0]?.count)).toBe(10 * (connections + 1) + 1);
  });
});
