import { expect, test } from 'vitest';
import { logRetentionRules } from '../../../src/store/retention/log-retention.ts';
import { createRetentionRunner } from '../../../src/store/retention/retention-runner.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { onBothDatabases } from '../../support/sql-stores.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY = 86_400_000;
const ENVIRONMENT = { project: 'default', environment: 'production' };

onBothDatabases((start) => {
  test('each kind of row goes after its own time', async () => {
    const { database } = await start();
    await database.write(async (db) => {
      const hook = { id: 'hook', url: 'https://example.com', events: '[]', enabled: 1, secret: 's' } as const;
      const none = { description: null, project: null, environment: null, disabled_reason: null };
      const times = { previous_secret: null, previous_until: null, created_at: 0, updated_at: 0 };
      await db
        .insertInto('webhooks')
        .values({ ...hook, ...none, ...times, created_by: 'anna' })
        .execute();
      for (const age of [1, 3, 5, 7, 9]) {
        const then = NOW - age * DAY;
        const at = new Date(then).toISOString();
        for (const action of ['refuse', 'create'] as const) {
          await db
            .insertInto('key_events')
            .values({ at, key_id: 'key', action, author: '{}', detail: `${action} ${age}` })
            .execute();
        }
        const flag = { flag_key: 'chat', flag_version: 1, variation: 0 };
        await db
          .insertInto('flag_counters')
          .values({ ...ENVIRONMENT, ...flag, minute_at: then, times: age })
          .execute();
        await db
          .insertInto('event_payloads')
          .values({ ...ENVIRONMENT, payload_id: String(age), received_at: then })
          .execute();
        for (const finished_at of [then, null]) {
          await db
            .insertInto('webhook_deliveries')
            .values({
              id: `${age} ${finished_at === null ? 'waits' : 'is over'}`,
              webhook_id: 'hook',
              event: 'test',
              payload: '{}',
              state: finished_at === null ? 'waiting' : 'delivered',
              next_at: 0,
              attempts: '[]',
              claim: null,
              claim_until: null,
              created_at: then,
              finished_at,
            })
            .execute();
        }
      }
    });
    const rules = logRetentionRules({
      countersMs: 2 * DAY,
      refusalsMs: 4 * DAY,
      keyEventsMs: 6 * DAY,
      deliveriesMs: 8 * DAY,
      payloadIdsMs: 0,
    });
    const log = createRecordingLogger();
    const runner = createRetentionRunner({ database, rules, now: () => NOW, log, pauseMs: 0 });
    expect(await runner.sweep()).toBe(4 + 3 + 2 + 1 + 5);
    expect(log.messages('error')).toEqual([]);
    const db = database.kysely;
    const counters = await db.selectFrom('flag_counters').select('times').execute();
    expect(counters.map(({ times }) => times)).toEqual([1]);
    const events = await db.selectFrom('key_events').select('detail').orderBy('id').execute();
    expect(events.map(({ detail }) => detail)).toEqual([
      'refuse 1',
      'create 1',
      'refuse 3',
      'create 3',
      'create 5',
    ]);
    const deliveries = await db
      .selectFrom('webhook_deliveries')
      .select('id')
      .where('finished_at', 'is not', null)
      .orderBy('id')
      .execute();
    expect(deliveries.map(({ id }) => id)).toEqual(['1 is over', '3 is over', '5 is over', '7 is over']);
    expect(await db.selectFrom('event_payloads').select('payload_id').execute()).toEqual([]);
  });

  test('what happened to a key in the last weeks cannot be deleted', async () => {
    const { database } = await start();
    const at = new Date().toISOString();
    await database.write((db) =>
      db
        .insertInto('key_events')
        .values({ at, key_id: 'key', action: 'create', author: '{}', detail: '' })
        .execute(),
    );
    await expect(database.write((db) => db.deleteFrom('key_events').execute())).rejects.toThrow(
      'append-only',
    );
  });
});
