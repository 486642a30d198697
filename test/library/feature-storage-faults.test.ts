import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Client as MemcachedClient } from 'memjs';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Feature,
  FeatureError,
  FeatureStorageError,
  Rollout,
  memcachedFeatureStorage,
  postgresFeatureStorage,
  sqliteFeatureStorage,
  type FeatureStorage,
} from '../../src/library/rollout.ts';
import { memcachedPath, startMemcached } from '../support/memcached.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { withClient } from '../support/postgres-server.ts';
import { usePostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function rolloutOn(featureStorage: FeatureStorage): Rollout {
  const rollout = new Rollout({ featureStorage });
  onTestFinished(() => rollout.close());
  return rollout;
}

/** A server on a free port that does with a connection what the test says. */
async function serverThat(meets: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    meets(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
}

const silent = (): void => undefined;
const listener = { id: 1 };

/** What becomes of the feature `chat` when the text that is stored of it does not read. */
async function withUnreadableChat(rollout: Rollout, spoil: () => Promise<void> | void): Promise<object> {
  const problemOf = (error: unknown): string =>
    error instanceof FeatureError ? error.message : String(error);
  await spoil();
  const can = await rollout.can(listener, 'chat').catch(problemOf);
  const activate = await rollout.activate('chat').catch(problemOf);
  await rollout.activate('search');
  const another = await rollout.can(listener, 'search');
  const exists = await rollout.exists('chat');
  await rollout.addFeature(new Feature('chat', { users: [1] }));
  const replaced = await rollout.can(listener, 'chat');
  await spoil();
  await rollout.delete('chat');
  return { can, activate, another, exists, replaced, left: await rollout.features() };
}

const isMended = (where: string): object => ({
  can: expect.stringContaining(`${where}: feature chat`),
  activate: expect.stringContaining(`${where}: feature chat`),
  another: true,
  exists: true,
  replaced: true,
  left: ['search'],
});

const UNREADABLE =
  '{"name":"chat","groups":[],"users":[],"percentage":0,"randomize":false,"property":{"score":[null]},"data":{}}';

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

  test('a crash while it is asked is survived', async () => {
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
    const storage = postgresFeatureStorage(url, { queryTimeoutMs: 200, maxConnections: 1 });
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

/** Until somebody waits for a lock. */
async function untilWaiting(client: { query(sql: string): Promise<{ rows: unknown[] }> }): Promise<void> {
  await expect
    .poll(async () => (await client.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rows.length)
    .toBe(1);
}

describe.skipIf(memcachedPath() === undefined)('memcached', () => {
  let memcached: Awaited<ReturnType<typeof startMemcached>>;
  beforeAll(async () => {
    memcached = await startMemcached();
  });
  afterAll(async () => {
    await memcached.stop();
  });
  let serial = 0;
  const freshPrefix = (): string => `faults_${(serial += 1)}:`;

  test('a stored feature that does not read can be replaced and deleted', async () => {
    const prefix = freshPrefix();
    const client = MemcachedClient.create(memcached.address);
    onTestFinished(() => client.close());
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix }));
    await rollout.activate('chat');
    const outcome = await withUnreadableChat(rollout, async () => {
      await rollout.addFeature(new Feature('chat'));
      await client.set(`${prefix}feature:chat`, UNREADABLE, {});
    });
    expect(outcome).toEqual(isMended(`memcached at ${memcached.address}`));
  });

  test('what is too large is refused, and what is there stays', async () => {
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix: freshPrefix() }));
    await rollout.activate('chat');
    const data = { text: 'x'.repeat(1_500_000) };
    await expect(rollout.setFeatureData('chat', data)).rejects.toThrow(FeatureStorageError);
    await expect(rollout.setFeatureData('chat', data)).rejects.toThrow(/memcached at .*[Tt]oo large/);
    await expect(rollout.setFeatureData('search', data)).rejects.toThrow(/[Tt]oo large/);
    expect(await rollout.can(listener, 'chat')).toBe(true);
    expect(await rollout.features()).toEqual(['chat']);
  });

  test('a feature that it forgot is an undefined one, and not listed', async () => {
    const prefix = freshPrefix();
    const client = MemcachedClient.create(memcached.address);
    onTestFinished(() => client.close());
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix }));
    await rollout.activate('chat');
    await client.delete(`${prefix}feature:chat`);
    expect([await rollout.features(), await rollout.get('chat')]).toEqual([[], undefined]);
  });

  test('a name that makes no key is refused', async () => {
    const rollout = rolloutOn(memcachedFeatureStorage(memcached.address, { prefix: freshPrefix() }));
    await expect(rollout.activate('é'.repeat(100))).rejects.toThrow(FeatureError);
  });

  test('a server that goes silent is given up, and asked again when it speaks', async () => {
    const [host = '', port = ''] = memcached.address.split(':');
    let speaks = false;
    const address = await serverThat((socket) => {
      if (speaks) socket.pipe(connect(Number(port), host)).pipe(socket);
    });
    const rollout = rolloutOn(memcachedFeatureStorage(address, { prefix: freshPrefix(), timeoutMs: 100 }));
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(/memcached at .*no answer within 100 ms/);
    speaks = true;
    await rollout.activate('chat');
    expect(await rollout.can(listener, 'chat')).toBe(true);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.once('data', () => socket.end())],
    ['breaks off', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['speaks another language', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('a server that %s is an error, and nothing on the console', async (_, meets) => {
    const console = vi.spyOn(globalThis.console, 'log');
    onTestFinished(() => console.mockRestore());
    const address = await serverThat(meets);
    const rollout = rolloutOn(memcachedFeatureStorage(address, { timeoutMs: 200 }));
    await expect(rollout.can(listener, 'chat')).rejects.toThrow(FeatureStorageError);
    await expect(rollout.activate('chat')).rejects.toThrow(`memcached at ${address}`);
    expect(console).not.toHaveBeenCalled();
  });
});

test.each(['a b', 'a\n', 'ä'])('memcached has no keys with the prefix %j', (prefix) => {
  expect(() => memcachedFeatureStorage('127.0.0.1:1', { prefix })).toThrow(FeatureError);
});
