import { expect, test } from 'vitest';
import { logRetentionRules } from '../../../src/store/retention/log-retention.ts';
import { createRetentionRunner } from '../../../src/store/retention/retention-runner.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { onBothDatabases } from '../../support/sql-stores.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

onBothDatabases((start) => {
  test('counts and refusals go after their time, and what happened to keys stays', async () => {
    const { database } = await start();
    await database.write(async (db) => {
      for (const age of [1, 3]) {
        for (const action of ['refuse', 'create'] as const) {
          const at = new Date(NOW - age * DAY).toISOString();
          await db
            .insertInto('key_events')
            .values({ at, key_id: 'key', action, author: '{}', detail: `${action} ${age}` })
            .execute();
        }
        await db
          .insertInto('flag_counters')
          .values({
            project: 'default',
            environment: 'production',
            flag_key: 'chat',
            flag_version: 1,
            variation: 0,
            minute_at: NOW - age * DAY,
            times: age,
          })
          .execute();
      }
    });
    const rules = logRetentionRules({ countersKeptMs: 2 * DAY, refusalsKeptMs: 2 * DAY });
    const log = createRecordingLogger();
    const runner = createRetentionRunner({ database, rules, now: () => NOW, log, pauseMs: 0 });
    expect(await runner.sweep()).toBe(2);
    expect(log.messages('error')).toEqual([]);
    const events = await database.kysely.selectFrom('key_events').select('detail').orderBy('id').execute();
    expect(events.map(({ detail }) => detail)).toEqual(['refuse 1', 'create 1', 'create 3']);
    expect(await database.kysely.selectFrom('flag_counters').select('times').execute()).toEqual([
      { times: 1 },
    ]);
    await expect(
      database.write((db) => db.deleteFrom('key_events').where('action', '=', 'create').execute()),
    ).rejects.toThrow('append-only');
  });
});
