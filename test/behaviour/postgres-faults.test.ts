import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT, type Store, StoreUnavailableError } from '../../src/store/store.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { withClient } from '../support/postgres-server.ts';
import { usePostgres } from '../support/postgres.ts';
import { databaseOf, openWay } from '../support/faulty-network.ts';
import { type Instance, openInstance, until } from '../support/sql-stores.ts';
import { AUTHOR, flagOf, putFlag } from '../support/store-contract.ts';

/** Ends every connection to the database, from another one, so that two such calls do not end each other. */
const endConnections = (url: string, where = 'true'): Promise<unknown> =>
  withClient(url.replace(databaseOf(url), 'postgres'), (client) =>
    client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and ${where}`, [
      databaseOf(url),
    ]),
  );

describe.skipIf(postgresBinaries() === undefined)('when PostgreSQL fails', () => {
  const postgres = usePostgres();
  const open: Instance[] = [];
  const start = async (
    url: string,
    pollIntervalMs = 60_000,
    listenUrl = url,
    now: () => number = Date.now,
  ): Promise<Store> => {
    const instance = await openInstance({ kind: 'postgres', url }, { pollIntervalMs, listenUrl, now });
    open.push(instance);
    return instance.store;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((instance) => instance.close()));
  });

  /** As a client that was told to try again does. */
  const persist = async (store: Store, key: string, value: number): Promise<number> => {
    for (let refusals = 0; ; refusals += 1) {
      try {
        const outcome = await store.change(AUTHOR, putFlag(key, { variations: [value] }));
        expect(outcome.outcome).toMatch(/^(un)?changed$/);
        return refusals;
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailableError);
        if (refusals === 500) throw error;
        await nextTurn();
      }
    }
  };

  test('a notification reaches the other instance long before its poll', async () => {
    const url = await (await postgres()).freshDatabase();
    const [here, there] = [await start(url), await start(url)];
    await here.change(AUTHOR, putFlag('encore'));
    await until(there, (store) => flagOf(store, 'encore') !== undefined);
    expect(flagOf(there, 'encore')).toEqual(flagOf(here, 'encore'));
  });

  test('a notification that is lost is made up for by the poll', async () => {
    const url = await (await postgres()).freshDatabase();
    const [here, there] = [await start(url), await start(url, 50)];
    await endConnections(url, "query like 'listen%'");
    await here.change(AUTHOR, putFlag('encore'));
    await until(there, (store) => flagOf(store, 'encore') !== undefined);
    expect(there.snapshot(DEFAULT_ENVIRONMENT)?.sequence).toBe(2);
  });

  test('connections that are killed again and again lose no change', async () => {
    const url = await (await postgres()).freshDatabase();
    const [here, there] = [await start(url), await start(url)];
    const write = async (store: Store, key: string): Promise<void> => {
      for (let value = 0; value < 15; value += 1) {
        await Promise.all([persist(store, key, value), endConnections(url)]);
      }
    };
    await Promise.all([write(here, 'here'), write(there, 'there')]);

    await until(there, (store) => flagOf(store, 'here')?.version === 15);
    await until(here, (store) => flagOf(store, 'there')?.version === 15);
    expect(here.changesSince(DEFAULT_ENVIRONMENT, 0)).toEqual(there.changesSince(DEFAULT_ENVIRONMENT, 0));
    expect(await there.verifyAudit()).toEqual({ ok: true, entries: 31 });
  });

  test('news that came while the listener was cut off is read as soon as it listens again', async () => {
    const url = await (await postgres()).freshDatabase();
    const here = await start(url);
    const way = await openWay(url);
    // Only the listener goes the way that is cut; queries to the database get an answer all the time.
    const there = await start(url, 60_000, way.url);
    way.cut();
    await way.refused(1);
    await here.change(AUTHOR, putFlag('encore'));
    expect(flagOf(there, 'encore')).toBeUndefined();
    way.mend();
    await until(there, (store) => flagOf(store, 'encore') !== undefined);
    await open.pop()?.close();
    await way.close();
  });

  test('a restart refuses writes, keeps answering reads, and loses nothing', async () => {
    const server = await postgres();
    const url = await server.freshDatabase();
    const [here, there] = [await start(url, 100), await start(url, 100)];
    await here.change(AUTHOR, putFlag('before'));

    await server.stop('immediate');
    await expect(here.change(AUTHOR, putFlag('meanwhile'))).rejects.toThrow(StoreUnavailableError);
    await expect(here.audit()).rejects.toThrow(StoreUnavailableError);
    await expect.poll(() => there.health().ready).toBe(false);
    expect(there.health().detail).toMatch(/away; flags are answered from memory$/);
    expect(flagOf(here, 'before')).toBeDefined();
    expect(here.snapshot(DEFAULT_ENVIRONMENT)?.evaluator.has('before')).toBe(true);

    await server.start();
    await persist(here, 'after', 1);
    await until(there, (store) => flagOf(store, 'after') !== undefined);
    expect(flagOf(there, 'before')).toEqual(flagOf(here, 'before'));
    await expect.poll(() => there.health().ready && here.health().ready).toBe(true);
    expect(await here.verifyAudit()).toMatchObject({ ok: true });
  });

  test('who could not write is ready as soon as PostgreSQL answers again, without waiting for the next write', async () => {
    const server = await postgres();
    const url = await server.freshDatabase();
    // A clock that hardly moves: nothing here is over because time went by.
    let time = 0;
    const here = await start(url, 20, url, () => (time += 0.001));
    await server.stop('immediate');
    await expect(here.change(AUTHOR, putFlag('meanwhile'))).rejects.toThrow(StoreUnavailableError);
    expect(here.health()).toMatchObject({ ready: false });

    await server.start();
    await expect.poll(() => here.health().ready, { timeout: 5_000 }).toBe(true);
    expect(time).toBeLessThan(1_000);
  });

  test('an instance that was stopped in between has everything when it is back', async () => {
    const url = await (await postgres()).freshDatabase();
    const here = await start(url);
    await start(url);
    await open.pop()?.close();
    for (let value = 0; value < 5; value += 1) await persist(here, 'encore', value);
    const there = await start(url);
    expect(there.snapshot(DEFAULT_ENVIRONMENT)?.flags).toEqual(here.snapshot(DEFAULT_ENVIRONMENT)?.flags);
  });

  test('a writer that stops in the middle holds the others up for a moment only', async () => {
    const url = await (await postgres()).freshDatabase();
    const here = await start(url);
    await withClient(url, async (client) => {
      await client.query('begin');
      await client.query('select * from store_head for update');
      await expect(here.change(AUTHOR, putFlag('encore'))).rejects.toThrow(StoreUnavailableError);
      await client.query('rollback');
    });
    expect(await persist(here, 'encore', 1)).toBe(0);
  });

  test('a network that swallows everything is noticed, and made up for when it is back', async () => {
    const url = await (await postgres()).freshDatabase();
    const here = await start(url);
    const way = await openWay(url);
    const there = await start(way.url, 100);
    way.swallow();
    await here.change(AUTHOR, putFlag('encore'));
    await expect(there.change(AUTHOR, putFlag('refused'))).rejects.toThrow(StoreUnavailableError);
    await expect.poll(() => there.health().ready, { timeout: 10_000 }).toBe(false);
    way.release();
    await until(there, (store) => flagOf(store, 'encore') !== undefined);
    await open.pop()?.close();
    await way.close();
  });
});
