import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDashboardSessions } from '../../../src/access/dashboard-sessions.ts';
import { createKeys } from '../../../src/access/keys.ts';
import { createSchedules } from '../../../src/release/schedules.ts';
import { createDeliveries } from '../../../src/webhooks/deliveries.ts';
import { createDatabaseClock } from '../../../src/store/sql/database-clock.ts';
import { type Database, openDatabase } from '../../../src/store/sql/database.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { postgresBinaries } from '../../support/postgres-binaries.ts';
import { useMigratedPostgres } from '../../support/migrated-postgres.ts';
import { openInstance } from '../../support/sql-stores.ts';
import { addWebhook } from '../../support/months-of-traffic.ts';
import { AUTHOR, putFlag } from '../../support/store-contract.ts';

const MINUTE = 60_000;

/** An instance whose machine's clock is wrong by this much. */
async function instance(database: Database, wrongMs: number) {
  const { now } = await createDatabaseClock({
    database,
    now: () => Date.now() + wrongMs,
    onTrouble: (error) => {
      throw error;
    },
  });
  const deps = { database, now, newId: randomUUID };
  const keys = await createKeys({ database, now, random: randomBytes, pollMs: null });
  onTestFinished(() => keys.close());
  return {
    now,
    keys,
    schedules: createSchedules(deps),
    deliveries: createDeliveries(deps),
    sessions: createDashboardSessions({ database, keys, now, random: randomBytes }),
  };
}

describe.skipIf(postgresBinaries() === undefined)('two instances whose clocks differ by five minutes', () => {
  const freshDatabase = useMigratedPostgres();
  const two = async () => {
    const opened = await openInstance({ kind: 'postgres', url: await freshDatabase() });
    onTestFinished(() => opened.close());
    const { database, store } = opened;
    return {
      database,
      store,
      late: await instance(database, -5 * MINUTE),
      early: await instance(database, 0),
    };
  };

  test('see the time of the database', async () => {
    const { late, early } = await two();
    expect(Math.abs(late.now() - early.now())).toBeLessThan(MINUTE);
    expect(Math.abs(late.now() - Date.now())).toBeLessThan(MINUTE);
  });

  test('do not take over what the other has in its hands, and carry out what is due', async () => {
    const { late, early } = await two();
    const instruction = { kind: 'off' } as const;
    const due = { environment: DEFAULT_ENVIRONMENT, flag: 'encore', instruction, comment: null };
    const { id } = await early.schedules.create(AUTHOR, { ...due, dueAt: Date.now() - 1_000 });
    expect(await late.schedules.due(10)).toEqual([id]);
    expect(await late.schedules.claim(id)).toBeDefined();
    expect(await early.schedules.due(10)).toEqual([]);
    expect(await early.schedules.claim(id)).toBeUndefined();
  });

  test('send a delivery once', async () => {
    const { database, store, late, early } = await two();
    await addWebhook(database);
    await store.change(AUTHOR, putFlag('encore'));
    expect(await early.deliveries.enqueue()).toBe(true);
    const [first] = await late.deliveries.due(10);
    const id = first?.id ?? '';
    expect(await late.deliveries.claim(id)).toBeDefined();
    expect((await early.deliveries.due(10)).map((each) => each.id)).not.toContain(id);
    expect(await early.deliveries.claim(id)).toBeUndefined();
  });

  test('agree on when a key and a session are over', async () => {
    const { late, early } = await two();
    const admin = { kind: 'admin', role: 'admin' } as const;
    const soon = new Date(Date.now() + MINUTE).toISOString();
    const past = new Date(Date.now() - MINUTE).toISOString();
    const open = await early.keys.create(AUTHOR, admin, 'open', soon);
    const shut = await early.keys.create(AUTHOR, admin, 'shut', past);
    await late.keys.refresh();
    expect(await late.keys.verify(open.plain)).toMatchObject({ outcome: 'valid' });
    expect(await late.keys.verify(shut.plain)).toEqual({ outcome: 'invalid' });
    const begun = await early.sessions.begin(open.key.id);
    expect(await late.sessions.find(begun?.secret ?? '')).toMatchObject({ key: { id: open.key.id } });
    expect(await late.sessions.begin(shut.key.id)).toBeUndefined();
  });
});

test('on SQLite it is the clock of the machine', async () => {
  const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  onTestFinished(() => database.close());
  const clock = await createDatabaseClock({ database, now: () => 42, onTrouble: () => {} });
  clock.start();
  await clock.adjust();
  expect(clock.now()).toBe(42);
  await clock.stop();
});
