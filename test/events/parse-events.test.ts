import { describe, expect, test } from 'vitest';
import type { AnalyticsEvent } from '../../src/events/analytics-event.ts';
import { parseEvents } from '../../src/events/parse-events.ts';

const NOW = 1_800_000_000_000;
const at = NOW - 1_000;
const anna = { kind: 'user', key: 'anna' };

async function parse(...entries: unknown[]) {
  const { events, skipped } = await parseEvents(entries, { at: NOW });
  return { events, skipped: Object.fromEntries(skipped) };
}

/** As an SDK would have it on the wire. */
const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;

describe('each kind of event', () => {
  test.each<[string, object, AnalyticsEvent]>([
    [
      'feature',
      {
        kind: 'feature',
        creationDate: at,
        key: 'flag',
        version: 7,
        variation: 1,
        value: true,
        default: false,
        context: anna,
        reason: { kind: 'FALLTHROUGH', inExperiment: true },
        prereqOf: 'parent',
        samplingRatio: 10,
      },
      {
        kind: 'feature',
        at,
        contextKeys: [anna],
        flagKey: 'flag',
        flagVersion: 7,
        variation: 1,
        value: true,
        reason: { kind: 'FALLTHROUGH', inExperiment: true },
        prereqOf: 'parent',
        samplingRatio: 10,
      },
    ],
    [
      'debug, of a flag that is unknown',
      { kind: 'debug', creationDate: at, key: 'flag', value: 'x', default: 'x', context: anna },
      { kind: 'debug', at, contextKeys: [anna], flagKey: 'flag', value: 'x', samplingRatio: 1 },
    ],
    [
      'custom',
      {
        kind: 'custom',
        creationDate: at,
        key: 'buy',
        context: { kind: 'multi', user: { key: 'anna' }, org: { key: 'acme', tier: 3 } },
        data: { items: ['a'] },
        metricValue: 12.5,
      },
      {
        kind: 'custom',
        at,
        contextKeys: [anna, { kind: 'org', key: 'acme' }],
        eventKey: 'buy',
        data: { items: ['a'] },
        metricValue: 12.5,
        samplingRatio: 1,
      },
    ],
    [
      'click',
      {
        kind: 'click',
        creationDate: at,
        key: 'goal',
        url: 'http://localhost/',
        selector: '.b',
        contextKeys: { user: 'anna' },
      },
      {
        kind: 'click',
        at,
        contextKeys: [anna],
        eventKey: 'goal',
        url: 'http://localhost/',
        samplingRatio: 1,
      },
    ],
    [
      'index',
      { kind: 'index', creationDate: at, context: { ...anna, plan: 'premium' } },
      { kind: 'index', at, contextKeys: [anna], context: { ...anna, plan: 'premium' } },
    ],
    [
      'identify of a schema 2 user',
      { kind: 'identify', creationDate: at, user: { key: 7, custom: { a: 1 } } },
      {
        kind: 'identify',
        at,
        contextKeys: [{ kind: 'user', key: '7' }],
        context: { key: 7, custom: { a: 1 } },
      },
    ],
    [
      'migration_op',
      {
        kind: 'migration_op',
        operation: 'read',
        creationDate: at,
        contextKeys: { user: 'anna' },
        evaluation: {
          key: 'move',
          value: 'shadow',
          default: 'off',
          variation: 2,
          version: 3,
          reason: { kind: 'OFF' },
        },
        measurements: [
          { key: 'invoked', values: { old: true, new: true } },
          { key: 'consistent', value: false, samplingRatio: 1 },
          { key: 'latency_ms', values: { old: 3, new: 5.5 } },
          { key: 'error', values: { new: true } },
        ],
      },
      {
        kind: 'migration_op',
        at,
        contextKeys: [anna],
        operation: 'read',
        flagKey: 'move',
        flagVersion: 3,
        variation: 2,
        value: 'shadow',
        reason: { kind: 'OFF' },
        measurements: [
          { name: 'invoked', origin: 'old', value: 1 },
          { name: 'invoked', origin: 'new', value: 1 },
          { name: 'consistent', value: 0 },
          { name: 'latency_ms', origin: 'old', value: 3 },
          { name: 'latency_ms', origin: 'new', value: 5.5 },
          { name: 'error', origin: 'new', value: 1 },
        ],
        samplingRatio: 1,
      },
    ],
    [
      'summary',
      {
        kind: 'summary',
        startDate: at - 5_000,
        endDate: at,
        features: {
          flag: {
            default: false,
            contextKinds: ['user'],
            counters: [
              { value: true, count: 3, variation: 1, version: 7 },
              { value: false, count: 1, unknown: true },
            ],
          },
        },
      },
      {
        kind: 'summary',
        startAt: at - 5_000,
        at,
        counters: [
          { flagKey: 'flag', flagVersion: 7, variation: 1, value: true, count: 3 },
          { flagKey: 'flag', value: false, count: 1 },
        ],
      },
    ],
  ])('%s', async (_kind, entry, expected) => {
    expect(await parse(entry)).toEqual({ events: [expected], skipped: {} });
  });
});

describe('who an event is about', () => {
  const custom = { kind: 'custom', creationDate: at, key: 'k' };
  test.each<[string, object, readonly object[]]>([
    ['a context', { context: anna }, [anna]],
    [
      'keys of older senders',
      { contextKeys: { user: 'anna', org: 'acme' } },
      [anna, { kind: 'org', key: 'acme' }],
    ],
    ['a user key', { userKey: 'anna' }, [anna]],
    ['a user', { user: { key: 'anna' } }, [anna]],
    ['a context without a kind', { context: { key: 'anna' } }, [anna]],
  ])('%s', async (_shape, whose, keys) => {
    expect((await parse({ ...custom, ...whose })).events).toMatchObject([{ contextKeys: keys }]);
  });

  test.each<[string, object]>([
    ['nobody at all', {}],
    ['a context without a key', { context: { kind: 'user' } }],
    ['a multi-context of nobody', { context: { kind: 'multi' } }],
    ['a key with a NUL', { userKey: 'a\0' }],
    ['a key that is far too long', { userKey: 'a'.repeat(2_000) }],
    ['a key that is too long in bytes', { userKey: '€'.repeat(400) }],
    ['a kind that is too long', { contextKeys: { ['k'.repeat(300)]: 'anna' } }],
  ])('%s is skipped', async (_shape, whose) => {
    expect(await parse({ ...custom, ...whose })).toEqual({ events: [], skipped: { 'no-context': 1 } });
  });
});

describe('a malformed entry costs itself and no other', () => {
  const good = { kind: 'custom', creationDate: at, key: 'good', context: anna };
  test.each<[string, unknown, string]>([
    ['null', null, 'not-an-object'],
    ['a list', [], 'not-an-object'],
    ['text', 'event', 'not-an-object'],
    ['no kind', {}, 'unknown-kind'],
    ['a kind of tomorrow', { kind: 'telepathy' }, 'unknown-kind'],
    ['a kind from the prototype', { kind: 'constructor' }, 'unknown-kind'],
    ['no date', { ...good, creationDate: undefined }, 'malformed'],
    ['a date beyond all dates', JSON.parse('{"kind":"custom","key":"k","creationDate":1e400}'), 'malformed'],
    ['a number as text', { ...good, metricValue: '12' }, 'malformed'],
    ['a number to break sums', { ...good, metricValue: -1e308 }, 'malformed'],
    ['a name too long in bytes', { ...good, key: '€'.repeat(200) }, 'malformed'],
    ['a variation beyond 32 bits', { ...good, kind: 'feature', variation: 3e9 }, 'malformed'],
    ['an empty name', { ...good, key: '' }, 'malformed'],
    ['a name that is a number', { ...good, key: 3 }, 'malformed'],
    ['bottomless data', { ...good, data: nested(100) }, 'too-deep'],
    [
      'a summary without counters',
      { kind: 'summary', startDate: at, endDate: at, features: { f: {} } },
      'malformed',
    ],
    ['half an event', { kind: 'feature', creationDate: at }, 'malformed'],
  ])('%s', async (_name, entry, reason) => {
    const { events, skipped } = await parse(good, entry, good);
    expect(events).toHaveLength(2);
    expect(skipped).toEqual({ [reason]: 1 });
  });

  test('names that reach a prototype reach nothing', async () => {
    const entry: unknown = JSON.parse(
      `{"kind":"custom","creationDate":${at},"key":"k","context":{"kind":"user","key":"a","__proto__":{"polluted":1}},"data":{"__proto__":{"polluted":1}}}`,
    );
    expect((await parse(entry)).events).toHaveLength(1);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

test('an event from a fast clock happened when it was received', async () => {
  const { events } = await parse({ kind: 'custom', creationDate: NOW + 60_000, key: 'k', context: anna });
  expect(events).toMatchObject([{ at: NOW }]);
});

test('a fraction of a millisecond is left out', async () => {
  const { events } = await parse({ kind: 'custom', creationDate: at + 0.75, key: 'k', context: anna });
  expect(events).toMatchObject([{ at }]);
});

test('a body that is one entry is read as one', async () => {
  const { events } = await parseEvents(
    { kind: 'custom', creationDate: at, key: 'k', context: anna },
    { at: NOW },
  );
  expect(events).toHaveLength(1);
});

test('a body of ten thousand lets others have their turn', async () => {
  const body = Array.from({ length: 10_000 }, () => ({
    kind: 'custom',
    creationDate: at,
    key: 'k',
    context: anna,
  }));
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const { events } = await parseEvents(body, { at: NOW });
  done = true;
  expect(events).toHaveLength(10_000);
  expect(turns).toBeGreaterThan(20);
});

test('a summary with very many counters is left out before it is checked, and the others are read', async () => {
  const counters = Array.from({ length: 20_001 }, () => ({
    value: true,
    variation: 0,
    version: 1,
    count: 1,
  }));
  const summary = (list: readonly object[]): object => ({
    kind: 'summary',
    startDate: 1,
    endDate: 2,
    features: { chat: { default: false, counters: list } },
  });
  const { events, skipped } = await parseEvents([summary(counters), summary(counters.slice(0, 2))], {
    at: 3,
  });
  expect(skipped).toEqual(new Map([['too-many-counters', 1]]));
  expect(events).toHaveLength(1);
});
