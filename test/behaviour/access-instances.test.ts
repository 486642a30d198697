import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createDashboardSessions } from '../../src/access/dashboard-sessions.ts';
import { createKeys } from '../../src/access/keys.ts';
import { createSettings } from '../../src/access/settings.ts';
import { openDatabase } from '../../src/store/sql/database.ts';
import type { Author } from '../../src/store/store.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { usePostgres } from '../support/postgres.ts';

const ANN: Author = { id: 'ann', via: 'test' };

describe.skipIf(postgresBinaries() === undefined)('two instances on one PostgreSQL', () => {
  const postgres = usePostgres();

  /** An instance as the program runs it: its own connections, its own memory, its own poll. */
  const start = async (url: string, pollMs: number | null = null) => {
    const deps = {
      database: await openDatabase({ kind: 'postgres', url }),
      now: Date.now,
      random: randomBytes,
      pollMs,
    };
    const keys = await createKeys(deps);
    const settings = await createSettings(deps);
    return {
      keys,
      settings,
      sessions: createDashboardSessions({ ...deps, keys }),
      stop: async () => {
        settings.close();
        await keys.close();
        await deps.database.close();
      },
    };
  };

  test('make the first keys and secrets once, and know each other’s at once', async () => {
    const url = await (await postgres()).freshDatabase();
    const one = await start(url);
    const two = await start(url);
    const made = await Promise.all([one.keys.ensureBootstrapKeys({}), two.keys.ensureBootstrapKeys({})]);
    const plain = made.flatMap(({ created }) => Object.values(created));
    expect(plain).toHaveLength(4);
    for (const key of plain) {
      expect((await one.keys.verify(key)).outcome).toBe('valid');
      expect((await two.keys.verify(key)).outcome).toBe('valid');
    }
    const [here, there] = await Promise.all([one.settings.secrets('csrf'), two.settings.secrets('csrf')]);
    expect(here).toEqual(there);
    await one.stop();
    await two.stop();
  });

  test('a key made in one opens the other at once; one revoked is shut there when it next looks by itself', async () => {
    const url = await (await postgres()).freshDatabase();
    const one = await start(url);
    const two = await start(url, 20);
    const environment = { project: 'default', environment: 'production' };
    const { plain, key } = await one.keys.create(ANN, { kind: 'sdk', environment }, 'booth');
    expect((await two.keys.verify(plain)).outcome).toBe('valid');
    await one.keys.revoke(ANN, key.id);
    await expect.poll(async () => (await two.keys.verify(plain)).outcome).toBe('invalid');
    expect((await two.keys.events.list()).map(({ action }) => action)).toEqual(['revoke', 'create']);
    await one.stop();
    await two.stop();
  });

  test('a login link opens one session, whichever instance it comes to', async () => {
    const url = await (await postgres()).freshDatabase();
    const one = await start(url);
    const two = await start(url);
    const { key } = await one.keys.create(ANN, { kind: 'admin', role: 'admin' }, 'first');
    await two.keys.refresh();
    const token = await one.sessions.createLoginToken(key.id);
    const opened = await Promise.all([one.sessions.redeem(token), two.sessions.redeem(token)]);
    const [session, ...others] = opened.filter((each) => each !== undefined);
    expect(others).toEqual([]);
    expect((await two.sessions.find(session?.secret ?? ''))?.key.name).toBe('first');
    await one.stop();
    await two.stop();
  });

  test('while the server is down known keys open, and of others nothing is claimed; when it is back all is as before', async () => {
    const server = await postgres();
    const url = await server.freshDatabase();
    const one = await start(url);
    const { plain } = await one.keys.create(ANN, { kind: 'admin', role: 'admin' }, 'first');
    await server.stop('immediate');
    expect((await one.keys.verify(plain)).outcome).toBe('valid');
    expect((await one.keys.verify('unknown')).outcome).toBe('unavailable');
    await expect(one.keys.create(ANN, { kind: 'admin', role: 'viewer' }, 'late')).rejects.toThrow('away');
    await server.start();
    await expect.poll(async () => (await one.keys.verify('unknown')).outcome).toBe('invalid');
    await one.stop();
  });
});
