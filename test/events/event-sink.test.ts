import { SILENT_LOGGER } from '../../src/shared/logger.ts';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnalyticsEvent } from '../../src/events/analytics-event.ts';
import {
  createEventSink,
  type EventSink,
  type EventSinkDeps,
  type LiveEvent,
} from '../../src/events/event-sink.ts';
import type { EventCounter } from '../../src/events/event-writer.ts';
import { localExposure, localTrack } from '../../src/events/local-events.ts';
import { openDatabase, type Database } from '../../src/store/sql/database.ts';
import { DEFAULT_ENVIRONMENT, StoreUnavailableError } from '../../src/store/store.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const anna = { kind: 'user', key: 'anna' };
const elsewhere = { project: 'default', environment: 'test' };

let database: Database;
let now: number;
let sinks: EventSink[];

beforeEach(async () => {
  database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  now = NOW;
  sinks = [];
});
afterEach(async () => {
  for (const sink of sinks) await sink.close();
  await database.close();
});

function open(options: Partial<EventSinkDeps> = {}): EventSink {
  const sink = createEventSink({
    database,
    now: () => now,
    log: SILENT_LOGGER,
    gatherMs: 1,
    ownEveryMs: 1,
    ...options,
  });
  sinks.push(sink);
  return sink;
}

const custom = (key: string, metricValue?: number, context: object = anna): object => ({
  kind: 'custom',
  creationDate: now,
  key,
  context,
  metricValue,
});
const feature = (variation: number, reason?: object, creationDate = now): object => ({
  kind: 'feature',
  creationDate,
  key: 'flag',
  version: 4,
  variation,
  value: variation === 1,
  context: anna,
  reason,
});
const metrics = () => database.kysely.selectFrom('metric_events').selectAll().orderBy('id').execute();
const exposures = () => database.kysely.selectFrom('exposures').selectAll().orderBy('variation').execute();
const counters = () => database.kysely.selectFrom('flag_counters').selectAll().execute();

describe('counters', () => {
  const countTracks: EventCounter = async (db, payloads) => {
    for (const { environment, events } of payloads) {
      for (const { at } of events) {
        await db
          .insertInto('flag_counters')
          .values({
            ...environment,
            flag_key: 'counted',
            flag_version: 1,
            variation: 0,
            minute_at: at,
            times: 1,
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    }
  };

  test('count what is new in the transaction that keeps it, and no payload twice', async () => {
    const seen: number[] = [];
    const counter: EventCounter = async (db, payloads) => {
      seen.push(...payloads.map(({ events }) => events.length));
      await countTracks(db, payloads);
    };
    const sink = open({ counters: [counter] });
    await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like'), custom('play')], { payloadId: 'payload-1' });
    await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like'), custom('play')], { payloadId: 'payload-1' });
    expect(seen).toEqual([2]);
    expect(await counters()).toHaveLength(1);
  });

  test('that throw take the events back with what they had counted', async () => {
    const broken: EventCounter = async (db, payloads) => {
      await countTracks(db, payloads);
      throw new Error('miscounted');
    };
    const sink = open({ counters: [broken] });
    await expect(sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')])).rejects.toThrow('miscounted');
    expect(await metrics()).toEqual([]);
    expect(await counters()).toEqual([]);
  });
});

describe('what is kept', () => {
  test('what a context did, with its number when it has one, once for each of its kinds', async () => {
    const multi = { kind: 'multi', user: { key: 'anna' }, org: { key: 'acme' } };
    await open().ingest(DEFAULT_ENVIRONMENT, [custom('like'), custom('buy', 9.5, multi)]);
    expect(await metrics()).toMatchObject([
      { event_key: 'like', context_kind: 'user', context_key: 'anna', value: null, at: NOW },
      { event_key: 'buy', context_kind: 'user', context_key: 'anna', value: 9.5 },
      { event_key: 'buy', context_kind: 'org', context_key: 'acme', value: 9.5 },
    ]);
  });

  test('an exposure is one row for all of its times', async () => {
    const sink = open();
    await sink.ingest(DEFAULT_ENVIRONMENT, [feature(1), feature(1, undefined, NOW - 500), feature(0)]);
    now += 10_000;
    await sink.ingest(DEFAULT_ENVIRONMENT, [feature(1, { kind: 'FALLTHROUGH', inExperiment: true })]);
    expect(await exposures()).toMatchObject([
      { flag_key: 'flag', flag_version: 4, variation: 0, times: 1 },
      { variation: 1, times: 3, first_at: NOW - 500, last_at: NOW + 10_000, in_experiment: 1 },
    ]);
  });

  test('summaries are added up by the minute', async () => {
    const summary = (count: number): object => ({
      kind: 'summary',
      startDate: now - 1_000,
      endDate: now,
      features: { flag: { default: false, counters: [{ value: true, version: 4, variation: 1, count }] } },
    });
    const sink = open();
    await sink.ingest(DEFAULT_ENVIRONMENT, [summary(2), summary(3)]);
    await sink.ingest(DEFAULT_ENVIRONMENT, [summary(10)]);
    now += MINUTE;
    await sink.ingest(DEFAULT_ENVIRONMENT, [summary(1)]);
    expect((await counters()).map(({ minute_at, times }) => [minute_at - NOW, times])).toEqual([
      [0, 15],
      [MINUTE, 1],
    ]);
  });

  test('a debug event and a sighting of a context leave no row', async () => {
    const sink = open();
    const result = await sink.ingest(DEFAULT_ENVIRONMENT, [
      { ...feature(1), kind: 'debug' },
      { kind: 'index', creationDate: now, context: anna },
    ]);
    expect(result).toEqual({ outcome: 'accepted', events: 2, skipped: 0 });
    expect([await exposures(), await metrics(), await counters()]).toEqual([[], [], []]);
  });

  test('what this process makes itself is kept the same way', async () => {
    const sink = open();
    const detail = { value: true, variationIndex: 1, reason: { kind: 'FALLTHROUGH' } } as const;
    const events = [
      localExposure({ key: 'flag', version: 4 }, anna, detail, now),
      localTrack('play', anna, now, undefined, 3),
    ].filter((event) => event !== undefined);
    await sink.record(DEFAULT_ENVIRONMENT, events);
    expect(await exposures()).toMatchObject([{ flag_key: 'flag', variation: 1, context_key: 'anna' }]);
    expect(await metrics()).toMatchObject([{ event_key: 'play', value: 3 }]);
  });
});

describe('a payload that comes twice', () => {
  test('is counted once', async () => {
    const sink = open();
    expect(await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' })).toMatchObject({
      outcome: 'accepted',
    });
    expect(await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' })).toEqual({
      outcome: 'duplicate',
    });
    expect(await metrics()).toHaveLength(1);
  });

  test('at the same time is counted once, and both wait until it is durable', async () => {
    const sink = open();
    const results = await Promise.all([
      sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' }),
      sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' }),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['accepted', 'duplicate']);
    expect(await metrics()).toHaveLength(1);
  });

  test('to another instance on the same database is counted once', async () => {
    await open().ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' });
    expect(await open().ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' })).toEqual({
      outcome: 'duplicate',
    });
  });

  test('in another environment is another payload', async () => {
    const sink = open();
    await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' });
    expect(await sink.ingest(elsewhere, [custom('like')], { payloadId: 'p1' })).toMatchObject({
      outcome: 'accepted',
    });
  });
});

describe('when it is too much', () => {
  test('a full queue refuses, for now, and counts', async () => {
    const sink = open({ queueLimit: 3, gatherMs: 20 });
    const first = sink.ingest(DEFAULT_ENVIRONMENT, [custom('a'), custom('b'), custom('c')]);
    await expect.poll(() => sink.counts().queued).toBe(3);
    await expect(sink.ingest(DEFAULT_ENVIRONMENT, [custom('d')])).rejects.toThrow(StoreUnavailableError);
    await first;
    expect(sink.counts()).toMatchObject({ queued: 0, accepted: 3, refusedPayloads: 1 });
    await sink.ingest(DEFAULT_ENVIRONMENT, [custom('d')]);
    expect(await metrics()).toHaveLength(4);
  });

  test('one context that repeats itself is capped by the minute, and no other is', async () => {
    const sink = open({ perContextPerMinute: 2 });
    const bert = { kind: 'user', key: 'bert' };
    await sink.ingest(DEFAULT_ENVIRONMENT, [custom('x'), custom('x'), custom('x'), custom('x', 1, bert)]);
    expect(sink.counts().skipped).toEqual({ capped: 1 });
    now += MINUTE;
    await sink.ingest(DEFAULT_ENVIRONMENT, [custom('x')]);
    expect(await metrics()).toHaveLength(4);
  });
});

test('a database that fails refuses, forgets the payload, and takes it when it is back', async () => {
  const sink = open();
  await database.kysely.schema.alterTable('metric_events').renameTo('away').execute();
  await expect(sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' })).rejects.toThrow(
    /metric_events/,
  );
  expect(sink.counts()).toMatchObject({ queued: 0, refusedPayloads: 1, accepted: 0 });
  await database.kysely.schema.alterTable('away').renameTo('metric_events').execute();
  expect(await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p1' })).toMatchObject({
    outcome: 'accepted',
  });
  expect(await metrics()).toHaveLength(1);
});

describe('a database that is away', () => {
  const play = (): readonly AnalyticsEvent[] => {
    const event = localTrack('play', anna, now);
    return event === undefined ? [] : [event];
  };
  /** The same database, behind a switch. */
  function switchable(): { readonly switched: Database; shut: boolean } {
    const toggle = { shut: true };
    return Object.assign(toggle, {
      switched: {
        ...database,
        write: (work) =>
          toggle.shut ? Promise.reject(new StoreUnavailableError('away')) : database.write(work),
      } satisfies Database,
    });
  }

  test('refuses SDKs, which come again, and keeps what this process made until it is back', async () => {
    const toggle = switchable();
    const sink = open({ database: toggle.switched, retryMs: 1 });
    const own = sink.record(DEFAULT_ENVIRONMENT, play());
    await expect(sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')])).rejects.toThrow(StoreUnavailableError);
    expect(sink.counts()).toMatchObject({ queued: 1, refusedPayloads: 1, accepted: 0 });
    toggle.shut = false;
    await own;
    expect(await metrics()).toMatchObject([{ event_key: 'play' }]);
    expect(sink.counts()).toMatchObject({ queued: 0, accepted: 1 });
  });

  test('does not keep a sink from closing', async () => {
    const sink = open({ database: switchable().switched, retryMs: 1 });
    const [own] = await Promise.allSettled([sink.record(DEFAULT_ENVIRONMENT, play()), sink.close()]);
    expect(own).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
    expect(sink.counts()).toMatchObject({ queued: 0, refusedPayloads: 1 });
  });
});

test('listeners hear every event that was counted, after it is durable, and no duplicate', async () => {
  const sink = open();
  const heard: LiveEvent[] = [];
  const leave = sink.live.subscribe((events) => heard.push(...events));
  await sink.ingest(
    DEFAULT_ENVIRONMENT,
    [custom('like'), { kind: 'index', creationDate: now, context: anna }],
    { payloadId: 'p' },
  );
  await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')], { payloadId: 'p' });
  expect(heard.map(({ event }) => event.kind)).toEqual(['custom', 'index']);
  expect(heard[0]).toMatchObject({ environment: DEFAULT_ENVIRONMENT, receivedAt: NOW });
  leave();
  await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')]);
  expect(heard).toHaveLength(2);
});

test('closing writes what was taken and takes no more', async () => {
  const sink = open({ gatherMs: 20 });
  const taken = sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')]);
  await expect.poll(() => sink.counts().queued).toBe(1);
  await sink.close();
  await taken;
  expect(await metrics()).toHaveLength(1);
  await expect(sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')])).rejects.toThrow(/stopping/);
});

describe('transactions', () => {
  function countingCommits(): { readonly counted: Database; commits: number } {
    const counter = { commits: 0 };
    return Object.assign(counter, {
      counted: {
        ...database,
        write: (work) => {
          counter.commits += 1;
          return database.write(work);
        },
      } satisfies Database,
    });
  }
  const play = (): readonly AnalyticsEvent[] => {
    const event = localTrack('play', anna, now);
    return event === undefined ? [] : [event];
  };

  test('are shared by bodies that come together', async () => {
    const counter = countingCommits();
    const sink = open({ database: counter.counted, gatherMs: 10 });
    await Promise.all(Array.from({ length: 50 }, () => sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')])));
    expect(counter.commits).toBe(1);
  });

  test('are shared by a thousand events of this process, which wait for each other', async () => {
    const counter = countingCommits();
    const sink = open({ database: counter.counted, ownEveryMs: 3_600_000 });
    const first = Array.from({ length: 999 }, () => sink.record(DEFAULT_ENVIRONMENT, play()));
    expect(sink.counts().queued).toBe(999);
    await sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')]);
    expect(await metrics()).toHaveLength(1);
    await Promise.all([...first, sink.record(elsewhere, play())]);
    expect(await metrics()).toHaveLength(1_001);
    expect(counter.commits).toBe(2);
  });

  test('of events of this process come at the end of their time, and when the sink closes', async () => {
    const quick = open({ ownEveryMs: 1 });
    await quick.record(DEFAULT_ENVIRONMENT, play());
    expect(await metrics()).toHaveLength(1);
    const slow = open({ ownEveryMs: 3_600_000 });
    const recorded = slow.record(DEFAULT_ENVIRONMENT, play());
    await slow.close();
    await recorded;
    expect(await metrics()).toHaveLength(2);
  });

  test('that one payload spoils are made again for each payload, so that only that one is refused', async () => {
    await sql`create trigger spoil before insert on metric_events when new.event_key = 'spoilt'
      begin select raise(abort, 'spoilt'); end`.execute(database.kysely);
    const sink = open({ gatherMs: 10 });
    const outcomes = await Promise.allSettled(
      ['like', 'spoilt', 'play'].map((key) => sink.ingest(DEFAULT_ENVIRONMENT, [custom(key)])),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await metrics()).map(({ event_key }) => event_key)).toEqual(['like', 'play']);
    expect(sink.counts()).toMatchObject({ queued: 0, accepted: 2, refusedPayloads: 1 });
  });
});

test('when the disk is nearly full, events are refused and flags can still be changed', async () => {
  const sink = open({ database: { ...database, isNearlyFull: () => true } });
  await expect(sink.ingest(DEFAULT_ENVIRONMENT, [custom('like')])).rejects.toMatchObject({ reason: 'full' });
  expect(sink.counts()).toMatchObject({ accepted: 0, refusedPayloads: 1 });
});
