import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../support/memory-store.ts';
import {
  AUTHOR,
  CLIENT_SIDE_ID,
  onOff,
  SDK_KEY,
  startSdkApp,
  type SdkApp,
  type SdkAppOptions,
} from '../../../support/sdk-app.ts';
import { openSse, type SseClient } from '../../../support/sse-client.ts';

let app: SdkApp | undefined;
let streams: SseClient[] = [];
afterEach(async () => {
  for (const stream of streams) stream.close();
  streams = [];
  await app?.close();
  app = undefined;
});

const segment = { key: 'beta', version: 1, included: ['anna'] };

async function start(options: SdkAppOptions = {}): Promise<SdkApp> {
  app = await startSdkApp({
    seed: { flags: { one: onOff('one', true), two: onOff('two', false) }, segments: { beta: segment } },
    ...options,
  });
  return app;
}

async function open(
  path: string,
  headers: Record<string, string> = { authorization: SDK_KEY },
): Promise<SseClient> {
  const stream = await openSse(`${app?.url}${path}`, { headers });
  streams.push(stream);
  return stream;
}

const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${app?.url}${path}`, { headers: { authorization: SDK_KEY, ...headers } });

describe('the stream /all', () => {
  test('begins with everything and goes on with what changes', async () => {
    const { put, putSegment, remove } = await start();
    const stream = await open('/all');
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream/) as string,
      'x-ld-envid': CLIENT_SIDE_ID,
    });
    expect(await stream.next()).toMatchObject({
      event: 'put',
      data: {
        path: '/',
        data: {
          flags: { one: { key: 'one', on: true }, two: { on: false } },
          segments: { beta: { included: ['anna'] } },
        },
      },
    });
    await put(onOff('two', true));
    expect(await stream.next()).toMatchObject({
      event: 'patch',
      data: { path: '/flags/two', data: { key: 'two', on: true, version: 2 } },
    });
    await putSegment({ ...segment, included: ['bert'] });
    expect(await stream.next()).toMatchObject({
      event: 'patch',
      data: { path: '/segments/beta', data: { included: ['bert'], version: 2 } },
    });
    await remove('two');
    expect(await stream.next()).toEqual({ event: 'delete', data: { path: '/flags/two', version: 3 } });
    await put(onOff('two', true));
    expect(await stream.next()).toMatchObject({
      event: 'patch',
      data: { path: '/flags/two', data: { version: 4 } },
    });
  });

  test('has both maps when there is nothing in them', async () => {
    await start({ seed: { flags: {}, segments: {} } });
    const stream = await open('/all');
    expect(await stream.next()).toEqual({
      event: 'put',
      data: { path: '/', data: { flags: {}, segments: {} } },
    });
  });

  test('names a path before its data, so that Go parses it once', async () => {
    const { put } = await start();
    const stream = await open('/all');
    await put(onOff('two', true));
    await expect.poll(() => stream.events.length).toBe(2);
    for (const { data } of stream.events) expect(data).toMatch(/^\{"path":/);
  });

  test('leaves out a flag that SDKs cannot bucket, and takes back one that becomes so', async () => {
    const { put } = await start();
    await put(onOff('ours', true, { bucketing: 'sha256-percent' }));
    const stream = await open('/all');
    expect(JSON.stringify((await stream.next()).data)).not.toContain('ours');
    await put(onOff('one', true, { bucketing: 'slowroll' }));
    expect(await stream.next()).toEqual({ event: 'delete', data: { path: '/flags/one', version: 2 } });
    await put(onOff('ours', false, { bucketing: 'sha256-percent' }));
    await put(onOff('one', true));
    expect(await stream.next()).toMatchObject({
      event: 'patch',
      data: { path: '/flags/one', data: { version: 3 } },
    });
  });
});

test('the stream of very old SDKs has flags alone, under bare paths', async () => {
  const { put, putSegment, remove } = await start();
  const stream = await open('/flags');
  expect(await stream.next()).toMatchObject({
    event: 'put',
    data: { one: { key: 'one' }, two: { key: 'two' } },
  });
  await putSegment({ ...segment, included: [] });
  await put(onOff('two', true));
  expect(await stream.next()).toMatchObject({ event: 'patch', data: { path: '/two', data: { on: true } } });
  await remove('two');
  expect(await stream.next()).toEqual({ event: 'delete', data: { path: '/two', version: 3 } });
});

describe('polls', () => {
  test('answer everything, with a tag that answers 304 until something changes', async () => {
    const { put } = await start();
    const first = await ask('/sdk/latest-all');
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect(first.headers.get('x-ld-envid')).toBe(CLIENT_SIDE_ID);
    expect(Object.keys((await first.json()) as object)).toEqual(['flags', 'segments']);
    const etag = first.headers.get('etag') ?? '';
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask('/sdk/latest-all', { 'if-none-match': header });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    await put(onOff('two', true));
    expect((await ask('/sdk/latest-all', { 'if-none-match': etag })).status).toBe(200);
  });

  test.each<[string, unknown]>([
    [
      '/sdk/flags',
      { one: expect.objectContaining({ key: 'one' }), two: expect.objectContaining({ key: 'two' }) },
    ],
    ['/sdk/flags/one', expect.objectContaining({ key: 'one', version: 1 })],
    ['/sdk/segments/beta', expect.objectContaining({ key: 'beta', included: ['anna'] })],
  ])('%s', async (path, expected) => {
    await start();
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(expected);
    expect((await ask(path, { 'if-none-match': response.headers.get('etag') ?? '' })).status).toBe(304);
  });

  test.each(['/sdk/flags/three', '/sdk/segments/one', '/sdk/flags/__proto__', '/sdk/flags/..%2fone'])(
    '%s is 404',
    async (path) => {
      await start();
      expect((await ask(path)).status).toBe(404);
    },
  );
});

describe('who is let in', () => {
  const paths = [
    '/all',
    '/sdk/latest-all',
    '/sdk/flags',
    '/sdk/flags/one',
    '/sdk/segments/beta',
    '/sdk/poll',
    '/sdk/stream',
  ];

  test.each(paths)('%s: the key alone, as api_key, or as Bearer; anything else is 401', async (path) => {
    await start();
    for (const authorization of [SDK_KEY, `api_key ${SDK_KEY}`, `Bearer ${SDK_KEY}`]) {
      const response = await ask(path, { authorization });
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }
    for (const authorization of ['', `${SDK_KEY}x`, CLIENT_SIDE_ID, 'mob-of-the-test-suite-0123456789']) {
      expect((await ask(path, { authorization })).status).toBe(401);
    }
  });

  test.each(paths)('%s: 503, never 401, while the flags are not there', async (path) => {
    const store = await createMemoryStore({ now: Date.now });
    await start({ store: { ...store, snapshot: () => undefined } });
    const response = await ask(path);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    await store.close();
  });

  test('each stream beyond the limit is 429, until one closes', async () => {
    const { hub } = await start({ streamLimits: { perCallerAndAddress: 2 } });
    const first = await open('/all');
    await open('/all');
    const third = await ask('/all');
    expect(third.status).toBe(429);
    expect(await third.json()).toMatchObject({ code: 'too_many_streams' });
    first.close();
    await expect.poll(() => hub.counts().open).toBe(1);
    const fourth = await open('/all');
    expect(fourth.status).toBe(200);
  });
});

test('a key that is revoked ends its streams, and no other', async () => {
  const { keys } = await start();
  const scope = { kind: 'sdk', environment: { project: 'default', environment: 'production' } } as const;
  const { key, plain } = await keys.create(AUTHOR, scope, 'second');
  const [kept, ended] = [await open('/all'), await open('/all', { authorization: plain })];
  await keys.revoke(AUTHOR, key.id);
  await ended.ended;
  expect((await ask('/all', { authorization: plain })).status).toBe(401);
  await app?.put(onOff('two', true));
  await expect.poll(() => kept.events.length).toBe(2);
});

test('environments hear nothing of each other', async () => {
  const { store, keys, put } = await start();
  await store.createEnvironment(AUTHOR, 'default', 'test', 'Test');
  const environment = { project: 'default', environment: 'test' };
  const { plain } = await keys.create(AUTHOR, { kind: 'sdk', environment }, 'other');
  const stream = await open('/all', { authorization: plain });
  await stream.next();
  await put(onOff('one', false));
  await store.change(AUTHOR, { type: 'put-flag', environment, key: 'mine', definition: onOff('mine', true) });
  expect(await stream.next()).toMatchObject({ data: { path: '/flags/mine' } });
});
