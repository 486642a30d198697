import { expect, test } from 'vitest';
import { eraseContext } from '../../../src/store/retention/erase-context.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { onBothDatabases } from '../../support/sql-stores.ts';

onBothDatabases((start) => {
  test('what is kept of one context of one environment goes, and that of all others stays', async () => {
    const { database } = await start();
    const places = [
      ['production', 'user', 'anna'],
      ['production', 'user', 'bert'],
      ['production', 'device', 'anna'],
      ['staging', 'user', 'anna'],
    ] as const;
    for (const [environment, context_kind, context_key] of places) {
      const who = { project: 'default', environment, context_kind, context_key };
      await database.write(async (db) => {
        const events = Array.from({ length: 700 }, (_, at) => ({
          ...who,
          event_key: 'play',
          value: null,
          at,
        }));
        await db.insertInto('metric_events').values(events).execute();
        await db
          .insertInto('exposures')
          .values({
            ...who,
            flag_key: 'chat',
            flag_version: 1,
            variation: 0,
            in_experiment: 0,
            first_at: 0,
            last_at: 0,
            times: 1,
          })
          .execute();
      });
    }
    expect(await eraseContext(database, DEFAULT_ENVIRONMENT, { kind: 'user', key: 'anna' })).toBe(701);
    expect(await eraseContext(database, DEFAULT_ENVIRONMENT, { kind: 'user', key: 'anna' })).toBe(0);
    for (const table of ['exposures', 'metric_events'] as const) {
      const left = await database.kysely
        .selectFrom(table)
        .select(['environment', 'context_kind', 'context_key'])
        .distinct()
        .execute();
      expect(new Set(left.map((row) => [row.environment, row.context_kind, row.context_key].join()))).toEqual(
        new Set(places.slice(1).map((place) => place.join())),
      );
    }
  });
});
