import { randomBytes } from 'node:crypto';
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
        return instance?.sink.ingest(DEFAULT_ENVIRONMENT, body(turn), {
          payloadId: `payload-${Math.floor(turn / 2)}`,
        });
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

  test('keep the widest names and highest numbers that are taken', async () => {
    const database = await openDatabase({ kind: 'postgres', url: await server.freshDatabase() });
    const sink = createEventSink({ database, now: () => NOW, log: SILENT_LOGGER, gatherMs: 1 });
    // Random, so that PostgreSQL cannot make them short by compressing them.
    const wide = (bytes: number): string => randomBytes(bytes / 2).toString('hex');
    const context = { kind: wide(256), key: wide(1_024) };
    const highest = { version: Number.MAX_SAFE_INTEGER, variation: 2_147_483_647, count: 1e12 };
    const environment = { project: wide(256), environment: wide(256) };
    const result = await sink.ingest(environment, [
      { kind: 'feature', creationDate: NOW - 0.5, key: wide(512), ...highest, value: 1, context },
      { kind: 'custom', creationDate: NOW, key: wide(512), metricValue: 1e15, context },
      {
        kind: 'summary',
        startDate: NOW,
        endDate: NOW,
        features: { [wide(512)]: { default: 1, counters: [highest] } },
      },
    ]);
    expect(result).toMatchObject({ outcome: 'accepted', events: 3 });
    await sink.close();
    await database.close();
  });
});
