import { CompiledQuery } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onBothDatabases, openInstance } from '../../support/sql-stores.ts';
import { AUTHOR, putFlag, testStore } from '../../support/store-contract.ts';

describe('the store of the program', () => {
  onBothDatabases((start) => {
    testStore(async () => (await start()).store);
  });
});

describe('a store in SQLite', () => {
  test('is not ready for ten seconds after a write that failed, although reads go on, unless one succeeds', async () => {
    let time = 1_000;
    const instance = await openInstance(
      { kind: 'sqlite', file: ':memory:' },
      { now: () => time, pollIntervalMs: 5 },
    );
    onTestFinished(() => instance.close());
    const { store, database } = instance;
    const readOnly = (on: boolean): Promise<unknown> =>
      database.kysely.executeQuery(CompiledQuery.raw(`pragma query_only = ${on ? 1 : 0}`));
    const fail = (): Promise<void> =>
      expect(store.change(AUTHOR, putFlag('encore'))).rejects.toMatchObject({ reason: 'away' });

    await readOnly(true);
    await fail();
    time += 9_999;
    await expect.poll(() => store.health().feedLagMs).toBe(0);
    expect(store.health()).toMatchObject({ ready: false, detail: expect.stringContaining('away') });
    time += 1;
    expect(store.health().ready).toBe(true);

    await fail();
    expect(store.health().ready).toBe(false);
    await readOnly(false);
    expect(await store.change(AUTHOR, putFlag('encore'))).toMatchObject({ outcome: 'changed' });
    expect(store.health().ready).toBe(true);
  });
});
