import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  SlowrollConfig,
  type FetchDocument,
  type SlowrollFinding,
  type SlowrollOptions,
} from '../../src/library/slowroll.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const END = Date.UTC(2026, 10, 20, 12);
const rollout = { end_time: '2026-11-20 12:00Z', duration: '10h', stable: 'old', new: 'new' };
const written = (ranking: object, others: object = {}): string =>
  JSON.stringify({ shop: { ranking, ...others } });

/** A real server whose document and mood the test sets. */
async function serve() {
  const state = {
    body: written(rollout) as string | Buffer,
    mood: 'well' as 'well' | 'away' | 'silent' | 'always 304',
    seen: [] as (string | undefined)[],
  };
  const server = createServer((request, response) => {
    const etag = `"${state.body.length}"`;
    state.seen.push(request.headers['if-none-match']);
    if (state.mood === 'silent') return;
    if (state.mood === 'away') response.writeHead(503).end();
    else if (state.mood === 'always 304' || request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
    } else response.writeHead(200, { ETag: etag }).end(state.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = (): void => server.close().closeAllConnections();
  onTestFinished(stop);
  return { state, stop, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slowroll.json` };
}

const cacheName = (): string => join(temporaryFolder(), 'cache.json');

/** Options without waiting, and what was told meanwhile. */
function quick(more: SlowrollOptions = {}) {
  const problems: (Error | SlowrollFinding)[] = [];
  const options: SlowrollOptions = {
    now: () => END,
    wait: () => Promise.resolve(),
    maxAgeMs: Infinity,
    onProblem: (problem) => problems.push(problem),
    ...more,
  };
  return { options, problems, told: () => problems.map(({ message }) => message) };
}

const ranking = (config: SlowrollConfig): Promise<unknown> =>
  config.getValue('shop', 'ranking', 'x', 'default');

describe('a document from a server', () => {
  test('that did not change is revalidated, not sent again', async () => {
    const { state, url } = await serve();
    const config = new SlowrollConfig(url, null, quick().options);
    await config.load();
    expect(await config.refresh()).toBe(true);
    expect(state.seen).toEqual([undefined, `"${state.body.length}"`]);
    expect(await ranking(config)).toBe('new');
  });

  test.each([
    ['half a document', '{"shop":', /is not JSON/],
    ['a list', '[]', /no section that can be used/],
    ['nothing at all', '{}', /no section that can be used/],
    ["a server's error", '{"error":"internal error"}', /no section that can be used/],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 1]), /not UTF-8/],
  ])('that turns into %s leaves the last one in service and on disk', async (_, body, message) => {
    const { state, stop, url } = await serve();
    const file = cacheName();
    const { options, told } = quick();
    const config = new SlowrollConfig(url, file, options);
    await config.load();
    state.body = body;
    expect(await config.refresh()).toBe(false);
    expect(told()).toContainEqual(expect.stringMatching(message));
    expect(await ranking(config)).toBe('new');
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
  });

  test('may be emptied, by naming the sections that are', async () => {
    const { state, stop, url } = await serve();
    const file = cacheName();
    const { options, problems } = quick();
    const config = new SlowrollConfig(url, file, options);
    await config.load();
    state.body = '{"shop":{}}';
    expect(await config.refresh()).toBe(true);
    expect(await ranking(config)).toBe('default');
    expect(problems).toEqual([]);
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('default');
  });

  test('keeps the last good entry beside a mistake, after a restart too, which tells of it again', async () => {
    const { state, stop, url } = await serve();
    const file = cacheName();
    const { options, told } = quick();
    const config = new SlowrollConfig(url, file, options);
    await config.load();
    state.body = written({ ...rollout, duration: '14 days' }, { colour: { stable: 'red' } });
    expect(await config.refresh()).toBe(true);
    expect(await ranking(config)).toBe('new');
    expect(await config.getValue('shop', 'colour', 'x')).toBe('red');

    const again = quick();
    const restarted = new SlowrollConfig(url, file, again.options);
    expect(await ranking(restarted)).toBe('new');
    expect(await restarted.refresh()).toBe(true);
    expect(again.told()).toEqual([expect.stringMatching(/duration.*got "14 days"/)]);
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
    expect(told()).toContainEqual(expect.stringMatching(/duration.*got "14 days"/));
  });

  test('may begin with a byte order mark', async () => {
    const { state, url } = await serve();
    state.body = `\uFEFF${written(rollout)}`;
    expect(await ranking(new SlowrollConfig(url, null, quick().options))).toBe('new');
  });

  test('that nobody has yet cannot be unchanged', async () => {
    const { state, url } = await serve();
    state.mood = 'always 304';
    const { options, told } = quick({ attempts: 1 });
    const config = new SlowrollConfig(url, null, options);
    expect(await config.refresh()).toBe(false);
    expect(told()).toEqual([expect.stringMatching(/answered 304, expected 200/)]);
  });
});

describe('a source that is away', () => {
  test('is tried ever further apart, and not for ever', async () => {
    const { state, url } = await serve();
    state.mood = 'away';
    const waits: number[] = [];
    const { options } = quick({
      random: () => 0.5,
      wait: (ms) => Promise.resolve(void waits.push(ms)),
    });
    const config = new SlowrollConfig(url, null, options);
    expect(await ranking(config)).toBe('default');
    expect(waits).toEqual([200, 400]);
    state.mood = 'well';
    await config.refresh();
    expect(await ranking(config)).toBe('new');
  });

  test.each<[string, SlowrollOptions]>([
    ['a server that says nothing', {}],
    ['a callback that never settles', { fetch: () => Promise.withResolvers<never>().promise }],
  ])('%s holds the first call no longer than firstLoadMs, and the next not at all', async (_, options) => {
    const { state, url } = await serve();
    state.mood = 'silent';
    const config = new SlowrollConfig(url, null, { firstLoadMs: 50, ...options });
    expect(await ranking(config)).toBe('default');
    expect(await ranking(config)).toBe('default');
  });

  test('a first load that takes longer than firstLoadMs goes on in the background', async () => {
    const { promise: body, resolve } = Promise.withResolvers<string>();
    const config = new SlowrollConfig('memory:', null, {
      firstLoadMs: 10,
      fetch: async () => ({ body: await body }),
    });
    expect(await ranking(config)).toBe('default');
    resolve(written({ stable: 'late' }));
    await expect.poll(() => config.valueInMemory('shop', 'ranking', 'x')).toBe('late');
  });

  test('every try ends after timeoutMs, and its signal says so', async () => {
    const { state, url } = await serve();
    state.mood = 'silent';
    const { options, told } = quick({ timeoutMs: 20, attempts: 2 });
    expect(await new SlowrollConfig(url, null, options).refresh()).toBe(false);
    expect(told()).toEqual(Array(2).fill(expect.stringMatching(/did not answer within 20 ms/)));

    const signals: AbortSignal[] = [];
    const fetch: FetchDocument = (_url, _etag, signal) => {
      signals.push(signal);
      return Promise.withResolvers<never>().promise;
    };
    expect(await new SlowrollConfig('memory:', null, { ...options, fetch }).refresh()).toBe(false);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  /** A program of its own, and how it ended. */
  async function run(program: string) {
    const door = join(import.meta.dirname, '../../src/library/slowroll.ts');
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { SlowrollConfig } from ${JSON.stringify(door)};\n${program}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    let warnings = '';
    child.stderr.on('data', (data: Buffer) => (warnings += data.toString()));
    await once(child, 'close');
    return { exitCode: child.exitCode, output: output.trim(), warnings };
  }

  test('does not end a program that waits for a value, or for a refresh', async () => {
    const { stop, url } = await serve();
    stop();
    const ended = await run(`
      const config = new SlowrollConfig(${JSON.stringify(url)}, null, { backoffMs: 50 });
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'));
      console.log(await config.refresh());`);
    expect(ended).toEqual({ exitCode: 0, output: 'default\nfalse', warnings: '' });
  });

  test('does not keep a program running that waits for nothing more', async () => {
    const ended = await run(`
      const config = new SlowrollConfig('memory:', null, {
        firstLoadMs: 10,
        backoffMs: 600_000,
        fetch: () => Promise.reject(new Error('away')),
      });
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'));`);
    expect(ended).toEqual({ exitCode: 0, output: 'default', warnings: '' });
  });

  test.each([
    ['throws', `() => { throw new Error('the log is full'); }`],
    ['rejects', `async () => { throw new Error('the log is full'); }`],
  ])('an onProblem that %s harms nobody, and is a warning', async (_, onProblem) => {
    const ended = await run(`
      let now = 0;
      let asked = 0;
      const fetch = async () => { asked += 1; throw new Error('away'); };
      const config = new SlowrollConfig('memory:', null, {
        fetch, now: () => now, attempts: 1, onProblem: ${onProblem} });
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'));
      now = 60_000;
      console.log(await config.getValue('shop', 'ranking', 'x', 'default'), asked);`);
    expect(ended).toMatchObject({ exitCode: 0, output: 'default\ndefault 2' });
    expect(ended.warnings).toMatch(/onProblem failed: Error: the log is full/);
  });
});

describe('the age of a document', () => {
  /** A source that counts how often it was asked. */
  async function counted(maxAgeMs: number) {
    let now = END;
    let version = 0;
    const config = new SlowrollConfig('memory:', null, {
      now: () => now,
      maxAgeMs,
      fetch: () => Promise.resolve({ body: written({ stable: (version += 1) }) }),
    });
    const asked = async (ms: number): Promise<number> => {
      now += ms;
      await ranking(config);
      return version;
    };
    await asked(0);
    return { asked, config };
  }

  test('is asked for again behind the callers back', async () => {
    const { asked, config } = await counted(60_000);
    expect(await asked(59_999)).toBe(1);
    expect(await asked(1)).toBe(2);
    await expect.poll(() => config.valueInMemory('shop', 'ranking', 'x')).toBe(2);
  });

  test('is not negative when the clock is put back', async () => {
    const { asked } = await counted(60_000);
    expect(await asked(-86_400_000)).toBe(2);
    expect(await asked(59_999)).toBe(2);
    expect(await asked(1)).toBe(3);
  });
});

describe('a callback', () => {
  const answering = async (answer: unknown) => {
    const { options, told } = quick({ attempts: 1, fetch: () => Promise.resolve(answer as never) });
    const config = new SlowrollConfig('memory:', null, options);
    return { isGood: await config.refresh(), value: await ranking(config), told: told() };
  };

  test.each([
    [undefined, /expected fetch to give \{body, etag\} or \{notModified: true\}, got nothing/],
    [written(rollout), /got "\{\\"shop\\"/],
    [[written(rollout), 'etag'], /got a list/],
    [{ body: { shop: {} } }, /with body a text, got an object/],
    [{ body: Buffer.from('{}') }, /with body a text, got an object/],
    [{ body: '{}', etag: 5 }, /with etag a text or null, got 5/],
    [{ notModified: true }, /was not modified, but nothing has come from it yet/],
  ])('that answers %j is told what was expected', async (answer, message) => {
    const { isGood, value, told } = await answering(answer);
    expect({ isGood, value }).toEqual({ isGood: false, value: 'default' });
    expect(told[0]).toMatch(message);
  });

  test.each([
    { body: written(rollout) },
    { body: written(rollout), etag: null },
    { notModified: false, body: written(rollout) },
    { body: `\uFEFF${written(rollout)}` },
  ])('may answer %j', async (answer) => {
    expect(await answering(answer)).toEqual({ isGood: true, value: 'new', told: [] });
  });

  test('may throw anything', async () => {
    const { options, told } = quick({
      attempts: 1,
      fetch: () => {
        AbortSignal.abort('text').throwIfAborted();
        return Promise.reject(new Error('not reached'));
      },
    });
    expect(await new SlowrollConfig('memory:', null, options).refresh()).toBe(false);
    expect(told()).toEqual(['text']);
  });
});

describe('the cache file', () => {
  test('carries the values over a restart during an outage', async () => {
    const { stop, url } = await serve();
    const file = cacheName();
    await new SlowrollConfig(url, file, quick().options).load();
    stop();
    const { options, problems } = quick();
    const restarted = new SlowrollConfig(url, file, options);
    expect(await ranking(restarted)).toBe('new');
    expect(await restarted.refresh()).toBe(false);
    expect(problems).toHaveLength(3);
    expect(await ranking(restarted)).toBe('new');
  });

  const cached = (url: string, body: string): string => JSON.stringify({ url, etag: '"1"', body });

  test.each<[string, (url: string) => string, RegExp]>([
    ['torn', () => '{"url":"', /cache file .*cache\.json is damaged/],
    ['of another address', () => cached('http://other/', written(rollout)), /is of http:\/\/other\//],
    ['with half a document', (url) => cached(url, '{"shop":'), /cache file .*cache\.json is not JSON/],
    ['with no document', (url) => cached(url, '[]'), /cache file .*cache\.json has no section/],
  ])('%s is told of, and replaced', async (_, content, message) => {
    const { url, state, stop } = await serve();
    const file = cacheName();
    writeFileSync(file, content(url));
    const { options, told } = quick();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
    expect(told()).toContainEqual(expect.stringMatching(message));
    expect(state.seen).toEqual([undefined]);
    stop();
    expect(await ranking(new SlowrollConfig(url, file, options))).toBe('new');
  });

  test.each<[string, (file: string) => void]>([
    ['deleted', (file) => rmSync(file)],
    ['damaged', (file) => writeFileSync(file, '{')],
  ])('that was %s is written again, although the document is unchanged', async (_, harm) => {
    const { url } = await serve();
    const file = cacheName();
    const config = new SlowrollConfig(url, file, quick().options);
    await config.load();
    const before = readFileSync(file, 'utf8');
    harm(file);
    await config.refresh();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('that could not be written is told of, and tried again', async () => {
    const { url } = await serve();
    const folder = join(temporaryFolder(), 'not-there-yet');
    const file = join(folder, 'cache.json');
    const { options, told } = quick();
    const config = new SlowrollConfig(url, file, options);
    expect(await ranking(config)).toBe('new');
    expect(told()).toEqual([expect.stringMatching(/cache file .* could not be written/)]);
    mkdirSync(folder);
    await config.refresh();
    expect(existsSync(file)).toBe(true);
  });

  test('that is a folder is told of', async () => {
    const { url } = await serve();
    const { options, told } = quick();
    expect(await ranking(new SlowrollConfig(url, temporaryFolder(), options))).toBe('new');
    expect(told()).toEqual([
      expect.stringMatching(/could not be read/),
      expect.stringMatching(/could not be written/),
    ]);
  });
});
