import { SILENT_LOGGER } from '../../src/shared/logger.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEventSink } from '../../src/events/event-sink.ts';
import { openDatabase } from '../../src/store/sql/database.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { startPostgres, type PostgresServer } from '../support/postgres-server.ts';

const NOW = 1_800_000_000_000;

describe.skipIf(postgresBinaries() === undefined)('two instances on one PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  test('count the same exposures and flags at once, and lose and double nothing', async () => {
    const url = await server.freshDatabase();
    const instances = await Promise.all(
      [1, 2].map(async () => {
        const database = await openDatabase({ kind: 'postgres', url });
        return {
          database,
          sink: createEventSink({ database, now: () => NOW, log: SILENT_LOGGER, gatherMs: 1 }),
        };
      }),
    );
    const body = (turn: number): object[] => [
      // The same rows in another order each time: what would make two transactions wait for each other in a circle.
      ...Array.from({ length: 40 }, (_one, place) => ({
        kind: 'feature',
        creationDate: NOW,
        key: 'flag',
        version: 1,
        variation: 0,
        value: true,
        context: { kind: 'user', key: `user-${(place * 7 + turn * 13) % 40}` },
      })),
      {
        kind: 'custom',
        creationDate: NOW,
        key: 'played',
        context: { kind: 'user', key: 'user-1' },
        metricValue: 0.5,
      },
      {
        kind: 'summary',
        startDate: NOW,
        endDate: NOW,
        features: {
          flag: { default: false, counters: [{ value: true, version: 1, variation: 0, count: 3 }] },
        },
      },
    ];
    const results = await Promise.all(
      Array.from({ length: 60 }, async (_one, turn) => {
        const instance = instances[turn % 2];
        // Every payload comes twice, to one instance and to the other.
        return instance?.sink.ingest(DEFAULT_ENVIRONMENT, body(turn), `payload-${Math.floor(turn / 2)}`);
      }),
    );
    expect(results.filter((result) => result?.outcome === 'accepted')).toHaveLength(30);
    expect(results.filter((result) => result?.outcome === 'duplicate')).toHaveLength(30);

    const { kysely } = instances[0]?.database ?? {};
    const exposures = await kysely
      ?.selectFrom('exposures')
      .select(['context_key', 'times', 'first_at'])
      .execute();
    expect(exposures).toHaveLength(40);
    expect(exposures?.every(({ times, first_at }) => times === 30 && first_at === NOW)).toBe(true);
    expect(await kysely?.selectFrom('flag_counters').select('times').execute()).toEqual([{ times: 90 }]);
    expect(await kysely?.selectFrom('metric_events').select('value').execute()).toHaveLength(30);
    for (const { database, sink } of instances) {
      await sink.close();
      await database.close();
    }
  });
});
