import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventRetentionRules, metricEventsKeptSince } from '../../src/events/event-retention.ts';
import { recompute } from '../../src/experiment/counting/recompute.ts';
import { unitRetentionRules } from '../../src/experiment/counting/unit-retention.ts';
import { createRetentionRunner } from '../../src/store/retention/retention-runner.ts';
import { did, type ExperimentApp, openExperiments, recomputed, served } from '../support/experiment-app.ts';
import { createRecordingLogger } from '../support/recording-logger.ts';

const START = 1_800_000_000_000;
const DAY = 86_400_000;
let now: number;
let app: ExperimentApp;

beforeEach(async () => {
  now = START;
  app = await openExperiments(() => now);
});
afterEach(() => app.close());

/** Sweeps until nothing is left to delete. */
async function sweep(keptDays: number, maxMetricEvents = 1_000_000, maxExposures = 1_000_000): Promise<void> {
  const keptMs = keptDays * DAY;
  const runner = createRetentionRunner({
    database: app.database,
    rules: [...eventRetentionRules({ keptMs, maxMetricEvents, maxExposures }), ...unitRetentionRules(keptMs)],
    now: () => now,
    log: createRecordingLogger(),
    pauseMs: 0,
  });
  while ((await runner.sweep()) > 0);
}

const keptSince = () => app.database.read(metricEventsKeptSince);

const rowsOf = async (table: 'metric_events' | 'exposures' | 'experiment_values' | 'experiment_totals') => {
  const { rows } = await app.database.read((db) =>
    db
      .selectFrom(table)
      .select((select) => select.fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow(),
  );
  return rows;
};

describe('raw events', () => {
  test('are deleted after their days; an exposure stays as long as its listener comes', async () => {
    await app.write({
      events: [
        served('anna', 0, now, 1),
        served('ben', 0, now, 1),
        did('anna', 'play', now),
        did('anna', 'play', now + 2 * DAY),
      ],
    });
    now += 31 * DAY;
    await app.write({ events: [served('anna', 0, now, 1)] });
    await sweep(30);
    expect([await rowsOf('metric_events'), await rowsOf('exposures')]).toEqual([1, 1]);
    expect(await keptSince()).toBe(now - 30 * DAY);
  });

  test('of metrics are at most so many, the newest', async () => {
    await app.write({
      events: Array.from({ length: 1_000 }, (_, place) => did('anna', 'play', now + place)),
    });
    now += 1_000;
    await sweep(30, 300);
    const left = await rowsOf('metric_events');
    // The time of an event between the 300th and the 200th newest is the limit.
    expect(left).toBeGreaterThanOrEqual(200);
    expect(left).toBeLessThanOrEqual(300);
    expect(await keptSince()).toBe(START + 1_000 - left);
  });
});

describe('an experiment whose raw events are deleted', () => {
  test('keeps its totals, and a recomputation says of how many listeners there are raw events', async () => {
    const version = (await app.split(50)) + 1;
    const id = await app.start('play');
    await app.write({ events: [served('anna', 0, now, version), did('anna', 'play', now + 1)] });
    now += 40 * DAY;
    await app.write({ events: [served('ben', 1, now, version), did('ben', 'play', now)] });
    const before = (await app.experiments.read(id))?.totals;
    await sweep(30);
    expect(await rowsOf('metric_events')).toBe(1);
    // Anna plays again: her old plays are known from her own row.
    await app.write({ events: [did('anna', 'play', now)] });
    const { totals = [] } = (await app.experiments.read(id)) ?? {};
    expect(before?.find(({ variation, metric }) => variation === 0 && metric === 0)?.x).toBe(1);
    expect(totals.find(({ variation, metric }) => variation === 0 && metric === 0)?.x).toBe(2);
    expect(await recomputed(app.database, id)).toMatchObject({
      differences: [],
      source: { fromRawEvents: 1, fromKeptValues: 1, rawEventsSince: now - 30 * DAY },
    });
  });

  test('moves no listener by an exposure that is reported later than raw events are kept', async () => {
    const version = (await app.split(50)) + 1;
    const id = await app.start('play');
    now += 2 * DAY;
    await app.write({ events: [served('anna', 0, now, version), did('anna', 'play', now)] });
    now += 40 * DAY;
    await sweep(30);
    await app.write({ events: [served('anna', 0, START + DAY, version)] });
    expect((await app.experiments.read(id))?.totals.find(({ metric }) => metric === 0)?.x).toBe(1);
  });

  test('and that is over as long ago has its totals only', async () => {
    const version = (await app.split(50)) + 1;
    const id = await app.start('play');
    await app.write({ events: [served('anna', 0, now, version), did('anna', 'play', now)] });
    await app.experiments.stop({ id: 'test', via: 'test' }, id);
    const totals = await rowsOf('experiment_totals');
    now += 31 * DAY;
    await sweep(30);
    expect(await rowsOf('experiment_values')).toBeGreaterThan(0);
    now += DAY + 1;
    await sweep(30);
    expect([await rowsOf('experiment_values'), await rowsOf('experiment_totals')]).toEqual([0, totals]);
    expect(await recompute(app.database, id)).toBe('units-deleted');
  });
});
