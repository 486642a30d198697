import { expect, test } from 'vitest';
import { createRetentionRunner } from '../../../src/store/retention/retention-runner.ts';
import { olderThan, type RetentionRule, sweepStep } from '../../../src/store/retention/sweep.ts';
import type { Database } from '../../../src/store/sql/database.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { onBothDatabases } from '../../support/sql-stores.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const KEEP_A_DAY: RetentionRule = { table: 'metric_events', expired: olderThan('at', DAY) };

/** Writes events of these ages, in milliseconds. */
async function writeEvents(database: Database, ages: readonly number[]): Promise<void> {
  for (let start = 0; start < ages.length; start += 1_000) {
    const rows = ages.slice(start, start + 1_000).map((age) => ({
      project: 'default',
      environment: 'production',
      event_key: 'play',
      context_kind: 'user',
      context_key: `user-${age}`,
      value: null,
      at: NOW - age,
    }));
    await database.write((db) => db.insertInto('metric_events').values(rows).execute());
  }
}

async function agesIn(database: Database): Promise<readonly number[]> {
  const rows = await database.read((db) =>
    db.selectFrom('metric_events').select('at').orderBy('id').execute(),
  );
  return rows.map(({ at }) => NOW - at);
}

onBothDatabases((start) => {
  test('what is older goes, wherever it lies, and what is as old as is kept stays', async () => {
    const { database } = await start();
    // Late events lie among new ones.
    const ages = Array.from({ length: 3_000 }, (_, place) => (place % 3 === 0 ? DAY + 1 + place : place));
    await writeEvents(database, [DAY, ...ages]);
    const log = createRecordingLogger();
    const runner = createRetentionRunner({ database, rules: [KEEP_A_DAY], now: () => NOW, log, pauseMs: 0 });
    expect(await runner.sweep()).toBe(1_000);
    expect(await agesIn(database)).toEqual([DAY, ...ages.filter((age) => age <= DAY)]);
    expect(await runner.sweep()).toBe(0);
  });

  test('a step looks at a part of the table only, and says where the next one goes on', async () => {
    const { database } = await start();
    await writeEvents(
      database,
      Array.from({ length: 4_000 }, (_, place) => DAY + 1 + place),
    );
    const expired = await KEEP_A_DAY.expired(database, NOW);
    const first = await sweepStep(database, 'metric_events', expired, 0);
    expect(first.deleted).toBeGreaterThan(0);
    expect(first.deleted).toBeLessThan(1_500);
    expect(first.next).toBeGreaterThan(0);
    const second = await sweepStep(database, 'metric_events', expired, first.next ?? 0);
    expect(second.deleted).toBeGreaterThan(0);
  });

  test('a sweep stops after its steps, and the next one goes on there', async () => {
    const { database } = await start();
    await writeEvents(
      database,
      Array.from({ length: 4_000 }, () => DAY + 1),
    );
    const log = createRecordingLogger();
    const runner = createRetentionRunner({
      database,
      rules: [KEEP_A_DAY],
      now: () => NOW,
      log,
      pauseMs: 0,
      stepsPerSweep: 2,
    });
    const first = await runner.sweep();
    expect(first).toBeLessThan(2_500);
    let deleted = first;
    for (let sweep = 0; sweep < 10; sweep += 1) deleted += await runner.sweep();
    expect(deleted).toBe(4_000);
  });

  test('two instances that sweep at once delete each row once', async () => {
    const one = await start();
    const other = await start();
    await writeEvents(
      one.database,
      Array.from({ length: 2_000 }, () => DAY + 1),
    );
    const log = createRecordingLogger();
    const [a, b] = await Promise.all(
      [one, other].map(({ database }) =>
        createRetentionRunner({ database, rules: [KEEP_A_DAY], now: () => NOW, log, pauseMs: 0 }).sweep(),
      ),
    );
    expect((a ?? 0) + (b ?? 0)).toBe(2_000);
    expect(await agesIn(one.database)).toEqual([]);
  });

  test('times may be text', async () => {
    const { database } = await start();
    const age = (days: number) => new Date(NOW - days * DAY).toISOString();
    const row = (key: string, started_at: string) => ({
      client: 'a',
      key,
      digest: '',
      answer: null,
      started_at,
    });
    await database.write((db) =>
      db
        .insertInto('idempotent_requests')
        .values([row('old', age(3)), row('new', age(1))])
        .execute(),
    );
    const rule: RetentionRule = {
      table: 'idempotent_requests',
      expired: olderThan('started_at', 2 * DAY, { as: 'text' }),
    };
    const log = createRecordingLogger();
    const runner = createRetentionRunner({ database, rules: [rule], now: () => NOW, log, pauseMs: 0 });
    expect(await runner.sweep()).toBe(1);
    const left = await database.read((db) => db.selectFrom('idempotent_requests').select('key').execute());
    expect(left).toEqual([{ key: 'new' }]);
  });
});
