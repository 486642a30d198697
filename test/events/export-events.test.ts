import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { type ExportedEvent, exportEvents } from '../../src/events/export-events.ts';
import { writeParquet } from '../../src/events/write-parquet.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { did, openExperiments, served } from '../support/experiment-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

async function listOf(events: AsyncIterable<ExportedEvent>): Promise<readonly ExportedEvent[]> {
  const all: ExportedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function exported(range = { from: 0, to: NOW + 1 }) {
  const app = await openExperiments(() => NOW);
  await app.write({
    events: [
      ...Array.from({ length: 1_500 }, (_, place) => served(`user-${place}`, place % 2, NOW - place, 3)),
      did('user-1', 'play', NOW - 10, 2.5),
      did('user-2', 'like', NOW),
    ],
  });
  return { app, events: exportEvents(app.database, DEFAULT_ENVIRONMENT, range) };
}

describe('raw events', () => {
  test('come out whole, over pages', async () => {
    const { app, events } = await exported();
    const all = await listOf(events);
    expect(all.slice(0, 2)).toEqual([
      {
        type: 'metric',
        at: '2026-11-21T11:59:59.990Z',
        event_key: 'play',
        context_kind: 'user',
        context_key: 'user-1',
        value: 2.5,
      },
      {
        type: 'metric',
        at: '2026-11-21T12:00:00.000Z',
        event_key: 'like',
        context_kind: 'user',
        context_key: 'user-2',
        value: null,
      },
    ]);
    expect(new Set(all.map(({ context_key }) => context_key)).size).toBe(1_500);
    expect(all).toHaveLength(1_502);
    await app.close();
  });

  test('of a range begin at its start and end before its end', async () => {
    const { app, events } = await exported({ from: NOW - 10, to: NOW });
    const all = await listOf(events);
    expect(all.map(({ at }) => at).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      [10, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((before) => new Date(NOW - before).toISOString()),
    );
    await app.close();
  });

  test('are the same in Parquet', async () => {
    const { app, events } = await exported();
    const file = join(temporaryFolder(), 'events.parquet');
    await writeParquet(file, events);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
    expect(rows).toHaveLength(1_502);
    expect(rows[0]).toMatchObject({ type: 'metric', at: new Date(NOW - 10), value: 2.5, flag_key: null });
    expect(rows.find((row) => row['context_key'] === 'user-7' && row['type'] === 'exposure')).toMatchObject({
      at: new Date(NOW - 7),
      variation: 1,
      flag_version: 3n,
      times: 1n,
      value: null,
    });
    await app.close();
  });
});
