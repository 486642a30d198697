import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Pool } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  FeatureError,
  FeatureStorageError,
  Rollout,
  postgresFeatureStorage,
  sqliteFeatureStorage,
  type FeatureStorage,
} from '../../../src/library/rollout/index.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { withClient } from '../../support/postgres-server.ts';
import { usePostgres } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import {
  UNREADABLE,
  isMended,
  listener,
  rolloutOn,
  serverThat,
  silent,
  withUnreadableChat,
} from './faulty-storage.ts';

describe('SQLite', () => {
  test.each([UNREADABLE, '{', UNREADABLE.replace('chat', 'search').replace('null', '1')])(
    'a stored feature that does not read can be replaced and deleted: %s',
    async (text) => {
      const file = join(temporaryFolder(), 'features.db');
      const rollout = rolloutOn(sqliteFeatureStorage(file));
      const other = new Database(file);
      onTestFinished(() => void other.close());
      const outcome = await withUnreadableChat(
        rollout,
        () => void other.prepare('REPLACE INTO rollout_features VALUES (?, ?)').run('chat', text),
      );
      expect(outcome).toEqual(isMended(`SQLite ${file}`));
    },
  );

  test('a file that is not its own, or in no folder, is named', () => {
    const folder = temporaryFolder();
    const garbage = join(folder, 'garbage.db');
    writeFileSync(garbage, 'not a database at all '.repeat(100));
    for (const file of [garbage, join(folder, 'missing', 'features.db')]) {
      const open = (): FeatureStorage => sqliteFeatureStorage(file);
      expect(open).toThrow(FeatureStorageError);
      expect(open).toThrow(file);
    }
  });
});

describe.skipIf(postgresBinaries() === undefined)('PostgreSQL', () => {
  const server = usePostgres();
  const freshDatabase = async (): Promise<string> => (await server()).freshDatabase();

  test('its table may be made by many at once', async () => {
    const url = await freshDatabase();
    const storages = Array.from({ length: 6 }, () => postgresFeatureStorage(url, { maxConnections: 2 }));
    // Who meets whom in the catalogue, and where, is chance: so it is tried again and again.
    for (let round = 0; round < 20; round += 1) {
      await withClient(url, (client) => client.query('drop table if exists rollout_features'));
      const found = await Promise.all(storages.map((storage) => storage.get('chat')));
      expect(found).toEqual(storages.map(() => undefined));
    }
    await Promise.all(storages.map((storage) => storage.close()));
  });

  test('a stored feature that does not read can be replaced and deleted', async () => {
    const url = await freshDatabase();
    const outcome = await withUnreadableChat(rolloutOn(postgresFeatureStorage(url)), () =>
      withClient(url, async (client) => {
        await client.query(
          'CREATE TABLE IF NOT EXISTS rollout_features (name TEXT PRIMARY KEY, feature TEXT NOT NULL)',
        );
        await client.query("DELETE FROM rollout_features WHERE name = 'chat'");
        await client.query("INSERT INTO rollout_features VALUES ('chat', $1)", [UNREADABLE]);
      }),
    );
    expect(outcome).toEqual(isMended('PostgreSQL'));
  });

  test.each(['fast', 'immediate'] as const)('a restart (%s) is survived', async (how) => {
    const postgres = await server();
    const rollout = rolloutOn(postgresFeatureStorage(await postgres.freshDatabase()));
    await rollout.activate('chat');
    expect(await rollout.can(listener, 'chat')).toBe(true);
    await postgres.stop(how);
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(FeatureStorageError);
    await postgres.start();
    expect(await rollout.can(listener, 'chat')).toBe(true);
  });

  test('a crash in the middle of a query is survived', async () => {
    const postgres = await server();
    const url = await postgres.freshDatabase();
    const rollout = rolloutOn(postgresFeatureStorage(url));
    await rollout.activate('chat');
    await withClient(url, async (locker) => {
      locker.on('error', silent);
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE rollout_features IN ACCESS EXCLUSIVE MODE');
      const asked = rollout.can(listener, 'chat').catch((error: unknown) => error);
      await untilWaiting(locker);
      await postgres.stop('immediate');
      expect(await asked).toBeInstanceOf(FeatureStorageError);
    });
    await postgres.start();
    expect(await rollout.can(listener, 'chat')).toBe(true);
  });

  test('a server that never greets is given up', async () => {
    const address = await serverThat(silent);
    const rollout = rolloutOn(postgresFeatureStorage(`postgres://u@${address}/d`, { connectTimeoutMs: 100 }));
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(FeatureStorageError);
    await expect(rollout.activate('chat')).rejects.toThrow(/PostgreSQL: .*timeout/);
  });

  test('a query that is not answered is given up, and so is its connection', async () => {
    const url = await freshDatabase();
    const storage = postgresFeatureStorage(url, { queryTimeoutMs: 1_000, maxConnections: 1 });
    const rollout = rolloutOn(storage);
    await rollout.activate('chat');
    await withClient(url, async (locker) => {
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE rollout_features IN ACCESS EXCLUSIVE MODE');
      await expect(rollout.can(listener, 'chat')).rejects.toThrow(/PostgreSQL: .*timeout/);
      await locker.query('COMMIT');
    });
    expect(await rollout.can(listener, 'chat')).toBe(true);
  });

  test('changes of different features do not wait for each other', async () => {
    const url = await freshDatabase();
    const rollout = rolloutOn(postgresFeatureStorage(url));
    await rollout.activate('chat');
    await withClient(url, async (locker) => {
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE rollout_features IN ACCESS EXCLUSIVE MODE');
      const changes = Promise.all(['chat', 'search', 'upload'].map((name) => rollout.activate(name)));
      await untilWaiting(locker, 3);
      await locker.query('COMMIT');
      await changes;
    });
    expect(await rollout.features()).toEqual(['chat', 'search', 'upload']);
  });

  test('a pool of the program stays open', async () => {
    const pool = new Pool({ connectionString: await freshDatabase() });
    const rollout = new Rollout({ featureStorage: postgresFeatureStorage(pool) });
    await rollout.activate('chat');
    await rollout.close();
    expect((await pool.query('SELECT name FROM rollout_features')).rows).toEqual([{ name: 'chat' }]);
    await pool.end();
  });

  test('who may only read needs no right to make the table', async () => {
    const url = await freshDatabase();
    await rolloutOn(postgresFeatureStorage(url)).activate('chat');
    await withClient(url, async (client) => {
      await client.query('DROP ROLE IF EXISTS reader');
      await client.query('CREATE ROLE reader LOGIN');
      await client.query('GRANT SELECT ON rollout_features TO reader');
    });
    const reader = rolloutOn(postgresFeatureStorage(url.replace('postgres@', 'reader@')));
    expect(await reader.can(listener, 'chat')).toBe(true);
    await expect(reader.deactivate('chat')).rejects.toThrow(/PostgreSQL: permission denied/);
  });
});

test.each(['connectTimeoutMs', 'queryTimeoutMs'])(
  'PostgreSQL is not waited for without end: %s',
  (option) => {
    for (const ms of [Number.NaN, 0, Infinity]) {
      const open = (): FeatureStorage =>
        postgresFeatureStorage('postgres://u@127.0.0.1:1/d', { [option]: ms });
      expect(open).toThrow(FeatureError);
      expect(open).toThrow(`${option}: expected milliseconds above 0, at most 86400000, got ${ms}`);
    }
  },
);

/** Until so many wait for a lock. */
async function untilWaiting(
  client: { query(sql: string): Promise<{ rows: unknown[] }> },
  count = 1,
): Promise<void> {
  await expect
    .poll(async () => (await client.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rows.length)
    .toBe(count);
}
