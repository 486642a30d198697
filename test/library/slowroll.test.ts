import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  SlowrollConfig,
  readSlowrollDocument,
  type FetchDocument,
  type SlowrollOptions,
} from '../../src/library/slowroll.ts';
import { parseDuration, parseEndTime } from '../../src/library/slowroll/time.ts';

const HOUR = 3_600_000;
const END = Date.UTC(2026, 10, 20, 12);
const rollout = { end_time: '2026-11-20 12:00Z', duration: '10h', stable: 'old', new: 'new' };

/** A configuration over a document, at a time that the test moves. */
function configOf(
  entry: object,
  options: SlowrollOptions = {},
): { config: SlowrollConfig; at: (ms: number) => SlowrollConfig } {
  let now = 0;
  const fetch: FetchDocument = () => Promise.resolve({ body: JSON.stringify({ shop: { ranking: entry } }) });
  const config = new SlowrollConfig('memory:', null, {
    fetch,
    now: () => now,
    maxAgeMs: Infinity,
    ...options,
  });
  return {
    config,
    at: (ms) => {
      now = ms;
      return config;
    },
  };
}

/** Hash keys whose position is the number that they spell. */
const spelled: SlowrollOptions = { hasher: Number };

describe('a value on its way', () => {
  const vectors = JSON.parse(
    readFileSync(join(import.meta.dirname, '../evaluation/vectors/slowroll.json'), 'utf8'),
  ) as readonly { config: object; hashKey: string; now: string; value: unknown }[];

  test(`all ${vectors.length} answers of the original are ours`, async () => {
    expect(vectors.length).toBeGreaterThan(30);
    for (const vector of vectors) {
      const { at } = configOf(vector.config);
      const value = await at(Date.parse(vector.now)).getValue('shop', 'ranking', vector.hashKey);
      expect(value, JSON.stringify(vector)).toEqual(vector.value);
    }
  });

  test.each([
    ['before the start nobody has it', {}, -10.001, ['0'], []],
    ['at the start only position 0', {}, -10, ['0', '0.01'], ['0']],
    ['half way, half', {}, -5, ['0.5', '0.51'], ['0.5']],
    ['at the end, everybody', {}, 0, ['0', '0.999'], ['0', '0.999']],
    ['start_pct at the start', { start_pct: 20 }, -10, ['0.19', '0.21'], ['0.19']],
    ['half way from 20 to 60 %', { start_pct: 20, end_pct: 60 }, -5, ['0.4', '0.41'], ['0.4']],
    ['end_pct stays for ever', { end_pct: 60 }, 1000, ['0.59', '0.61'], ['0.59']],
    ['before a rollback everybody has it', { rollback: true }, -11, ['0', '0.99'], ['0', '0.99']],
    ['a rollback counts down, the last in first', { rollback: true }, -5, ['0.49', '0.51'], ['0.49']],
    ['after a rollback nobody has it', { rollback: true }, 0, ['0', '0.5'], []],
    ['a rollback to 10 % stops there', { rollback: true, end_pct: 10 }, 9, ['0.09', '0.11'], ['0.09']],
    ['an early adopter has it at once', { early_adopters: ['0.9'] }, -100, ['0.9', '0.8'], ['0.9']],
    [
      'a pattern makes early adopters',
      { early_adopter_patterns: ['^0\\.9'] },
      -100,
      ['0.95', '0.8'],
      ['0.95'],
    ],
  ])('%s', async (_, fields, hours, keys, expected) => {
    const { at } = configOf({ ...rollout, ...fields }, spelled);
    const config = at(END + hours * HOUR);
    const values = await Promise.all(keys.map((key) => config.getValue('shop', 'ranking', key)));
    expect(keys.filter((_key, index) => values[index] === 'new')).toEqual(expected);
  });

  test.each([
    [-11, 10],
    [-10, 10],
    [-5, 15],
    [0, 20],
    [5, 20],
  ])('numbers can go from 10 to 20 for everybody at once: %d h from the end, %d', async (hours, expected) => {
    const { at } = configOf({ ...rollout, stable: 10, new: 20, interpolate: true });
    expect(await at(END + hours * HOUR).getValue('shop', 'ranking', 'anybody')).toBe(expected);
  });

  test('without new it is stable; without an entry, the default', async () => {
    const { at } = configOf({ end_time: rollout.end_time, duration: '', stable: 'old' });
    expect(await at(END).getValue('shop', 'ranking', 'x')).toBe('old');
    expect(await at(END).getValue('shop', 'colour', 'x', 'red')).toBe('red');
    expect(await at(END).getValue('__proto__', 'toString', 'x')).toBeNull();
  });

  test('a lock holds either value until it is taken off', async () => {
    const { at } = configOf(rollout);
    const config = at(END);
    config.lock('shop', 'ranking', 'stable');
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('old');
    config.lock('shop', 'ranking', 'new');
    expect(await at(0).getValue('shop', 'ranking', 'x')).toBe('new');
    config.unlock('shop', 'ranking');
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('old');
  });
});

describe('times and durations', () => {
  test.each([
    ['2026-11-20 12:00Z', END * 1000],
    ['2026-11-20 12:00:01Z', (END + 1000) * 1000],
    ['2026-11-20 12:00:00.000001Z', END * 1000 + 1],
    ['2026-02-30 12:00Z', undefined],
    ['2026-11-20T12:00Z', undefined],
    ['2026-11-20 12:00', undefined],
  ])('%s is %s', (text, expected) => {
    expect(parseEndTime(text)).toBe(expected);
  });

  test.each([
    ['14d', 14 * 24 * HOUR],
    ['1d 12h', 36 * HOUR],
    ['90m', 1.5 * HOUR],
    ['0.5h', HOUR / 2],
    ['1s 5ms', 1005],
    ['', 0],
    ['  ', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms * 1000);
  });

  test.each(['1h 1h', '1w', 'h', '-1h', '1e3s', '1h,1m'])('%s is no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('the validator', () => {
  test.each([
    [[], '$', /expected an object of sections, got \[\]/],
    [{ shop: 1 }, '$.shop', /expected an object of keys, got 1/],
    [{ shop: { ranking: null } }, '$.shop.ranking', /expected an object/],
    [
      { shop: { ranking: { ...rollout, end_time: 'soon' } } },
      '$.shop.ranking.end_time',
      /UTC time.*got "soon"/,
    ],
    [{ shop: { ranking: { ...rollout, duration: '2 weeks' } } }, '$.shop.ranking.duration', /duration/],
    [{ shop: { ranking: { ...rollout, stable: undefined } } }, '$.shop.ranking.stable', /got nothing/],
    [{ shop: { ranking: { ...rollout, start_pct: 101 } } }, '$.shop.ranking.start_pct', /0 to 100, got 101/],
    [
      { shop: { ranking: { ...rollout, early_adopters: 'me' } } },
      '$.shop.ranking.early_adopters',
      /list of strings/,
    ],
    [
      { shop: { ranking: { ...rollout, early_adopter_patterns: ['('] } } },
      '$.shop.ranking.early_adopter_patterns',
      /regular/,
    ],
    [{ shop: { ranking: { ...rollout, interpolate: true } } }, '$.shop.ranking.interpolate', /numbers/],
    [{ shop: { ranking: { ...rollout, colour: 1 } } }, '$.shop.ranking.colour', /ignored/],
  ])('%j is named at %s', (document, path, message) => {
    const { findings } = readSlowrollDocument(JSON.parse(JSON.stringify(document)));
    expect(findings).toContainEqual({ path, message: expect.stringMatching(message) as string });
  });

  test('one bad entry does not take the good ones away', () => {
    const { document } = readSlowrollDocument({ shop: { good: rollout, bad: 1 } });
    expect([...(document.get('shop')?.keys() ?? [])]).toEqual(['good']);
  });
});

describe('where the document comes from', () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  /** A real server whose document and mood the test sets. */
  async function serve() {
    const state = {
      body: JSON.stringify({ shop: { ranking: rollout } }),
      status: 200,
      seen: [] as (string | undefined)[],
    };
    const server = createServer((request, response) => {
      const etag = `"${state.body.length}"`;
      state.seen.push(request.headers['if-none-match']);
      if (state.status !== 200) response.writeHead(state.status).end();
      else if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { ETag: etag }).end(state.body);
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    cleanups.push(() => server.close().closeAllConnections());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { state, server, url: `http://127.0.0.1:${port}/slowroll.json` };
  }

  const cacheName = (): string => join(mkdtempSync(join(tmpdir(), 'slowroll-')), 'cache.json');
  const quick: SlowrollOptions = { now: () => END, wait: () => Promise.resolve(), maxAgeMs: Infinity };

  test('a document that did not change is revalidated, not sent again', async () => {
    const { state, url } = await serve();
    const config = new SlowrollConfig(url, null, quick);
    await config.load();
    expect(await config.refresh()).toBe(true);
    expect(state.seen).toEqual([undefined, `"${state.body.length}"`]);
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('new');
  });

  test('a restart during an outage goes on from disk', async () => {
    const { server, url } = await serve();
    const file = cacheName();
    await new SlowrollConfig(url, file, quick).load();
    server.close().closeAllConnections();
    const problems: unknown[] = [];
    const restarted = new SlowrollConfig(url, file, {
      ...quick,
      onProblem: (problem) => problems.push(problem),
    });
    expect(await restarted.getValue('shop', 'ranking', 'x')).toBe('new');
    expect(await restarted.refresh()).toBe(false);
    expect(problems).toHaveLength(3);
    expect(await restarted.getValue('shop', 'ranking', 'x')).toBe('new');
  });

  test('a torn cache file is as good as none', async () => {
    const { url } = await serve();
    const file = cacheName();
    writeFileSync(file, '{"url":"');
    expect(await new SlowrollConfig(url, file, quick).getValue('shop', 'ranking', 'x')).toBe('new');
  });

  test('half a document leaves the last one in service', async () => {
    const { state, url } = await serve();
    const config = new SlowrollConfig(url, null, quick);
    await config.load();
    state.body = '{"shop":';
    expect(await config.refresh()).toBe(false);
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('new');
    state.body = '[]';
    await config.refresh();
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('new');
  });

  test('tries are spaced ever further apart and end', async () => {
    const { state, url } = await serve();
    state.status = 500;
    const waits: number[] = [];
    const config = new SlowrollConfig(url, null, {
      ...quick,
      random: () => 0.5,
      wait: (ms) => Promise.resolve(void waits.push(ms)),
    });
    expect(await config.getValue('shop', 'ranking', 'x', 'none yet')).toBe('none yet');
    expect(waits).toEqual([200, 400]);
    state.status = 200;
    await config.refresh();
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('new');
  });

  test('an old document is asked for again behind the callers back', async () => {
    let now = END;
    let version = 0;
    const { promise: refreshed, resolve } = Promise.withResolvers<void>();
    const config = new SlowrollConfig('memory:', null, {
      now: () => now,
      fetch: () => {
        version += 1;
        if (version === 2) resolve();
        return Promise.resolve({ body: JSON.stringify({ shop: { ranking: { ...rollout, new: version } } }) });
      },
    });
    expect(await config.getValue('shop', 'ranking', 'x')).toBe(1);
    now += 59_999;
    expect(await config.getValue('shop', 'ranking', 'x')).toBe(1);
    now += 1;
    await config.getValue('shop', 'ranking', 'x');
    await refreshed;
    await expect.poll(() => config.valueInMemory('shop', 'ranking', 'x')).toBe(2);
  });
});
