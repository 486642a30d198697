import { type RequestListener, type Server, createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Flag } from '../../src/evaluation/model.ts';
import { type HttpStore, type HttpStoreOptions, openHttpStore } from '../../src/store/http-store.ts';
import { DEFAULT_ENVIRONMENT, type FeedEvent, StoreReadOnlyError } from '../../src/store/store.ts';
import { listening } from '../support/listening.ts';
import { AUTHOR, aFlag, aSegment, flagOf, putFlag, tickingClock } from './store-contract.ts';

/** A server whose next answers the test decides. */
let server: Server;
let answer: RequestListener;
let asked: { readonly etag: string | undefined; readonly authorization: string | undefined }[];
let url: string;
let stores: HttpStore[];
beforeEach(async () => {
  stores = [];
  asked = [];
  server = createServer((request, response) => {
    asked.push({ etag: request.headers['if-none-match'], authorization: request.headers.authorization });
    answer(request, response);
  });
  url = `http://127.0.0.1:${await listening(server)}/flags.json`;
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  server.closeAllConnections();
  server.close();
});

const body = (...flags: readonly Flag[]): string =>
  JSON.stringify({ flags: Object.fromEntries(flags.map((flag) => [flag.key, flag])), segments: {} });

const serve =
  (text: string | Buffer, headers: Readonly<Record<string, string>> = {}, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(text);

const open = async (options: Partial<HttpStoreOptions> = {}): Promise<HttpStore> => {
  const store = await openHttpStore({
    url,
    fetch: globalThis.fetch,
    now: tickingClock(),
    intervalMs: 3_600_000,
    random: () => 0.5,
    ...options,
  });
  stores.push(store);
  return store;
};

describe('a store that follows another server', () => {
  test('has its flags and segments, compiled', async () => {
    answer = serve(
      JSON.stringify({
        flags: { encore: aFlag('encore', { version: 4 }) },
        segments: { vip: aSegment('vip') },
      }),
    );
    const store = await open({ headers: { authorization: 'sdk-key' } });
    expect(flagOf(store, 'encore')).toMatchObject({
      version: 4,
      definition: aFlag('encore', { version: 4 }),
    });
    expect(store.snapshot(DEFAULT_ENVIRONMENT)?.segments.has('vip')).toBe(true);
    expect(store.snapshot(DEFAULT_ENVIRONMENT)?.evaluator.has('encore')).toBe(true);
    expect(store.health()).toMatchObject({ ready: true });
    expect(asked).toEqual([{ etag: undefined, authorization: 'sdk-key' }]);
  });

  test('asks with the ETag that it was given, and changes nothing when nothing changed', async () => {
    answer = serve(body(aFlag('encore')), { etag: '"a"' });
    const store = await open();
    const before = store.snapshot(DEFAULT_ENVIRONMENT);
    answer = serve('', {}, 304);
    expect(await store.refresh()).toEqual({ outcome: 'unchanged' });
    expect(store.snapshot(DEFAULT_ENVIRONMENT)).toBe(before);
    expect(asked[1]?.etag).toBe('"a"');
  });

  test('tells its subscribers what changed, tombstones included', async () => {
    answer = serve(body(aFlag('a'), aFlag('b'), aFlag('c')));
    const store = await open();
    const heard: FeedEvent[] = [];
    store.subscribe((event) => heard.push(event));
    answer = serve(body(aFlag('a'), aFlag('b', { version: 5 }), aFlag('d')));
    expect(await store.refresh()).toEqual({ outcome: 'updated', sequence: 6 });
    expect(heard.flatMap(({ changes }) => changes)).toEqual([
      { kind: 'flag', key: 'b', version: 5, sequence: 4, deleted: false },
      { kind: 'flag', key: 'd', version: 1, sequence: 5, deleted: false },
      { kind: 'flag', key: 'c', version: 2, sequence: 6, deleted: true },
    ]);
    expect(store.changesSince(DEFAULT_ENVIRONMENT, 3)).toHaveLength(3);
  });

  test('asks again by itself', async () => {
    answer = serve(body(aFlag('encore')));
    const store = await open({ intervalMs: 10 });
    answer = serve(body(aFlag('encore', { version: 2, on: false })));
    await expect.poll(() => flagOf(store, 'encore')?.version).toBe(2);
  });

  test('takes no changes', async () => {
    answer = serve(body(aFlag('encore')));
    const store = await open();
    await expect(store.change(AUTHOR, putFlag('encore', { on: false }))).rejects.toThrow(StoreReadOnlyError);
    await expect(store.undo(AUTHOR, 1)).rejects.toThrow(StoreReadOnlyError);
    await expect(store.createProject(AUTHOR, 'club', 'Club')).rejects.toThrow(StoreReadOnlyError);
  });

  test('that does not answer at first is not ready, and becomes so', async () => {
    answer = serve('', {}, 503);
    const store = await open();
    expect(store.health()).toMatchObject({ ready: false, detail: expect.stringContaining('503') });
    expect(store.snapshot(DEFAULT_ENVIRONMENT)?.flags.size).toBe(0);
    answer = serve(body(aFlag('encore')));
    expect(await store.refresh()).toMatchObject({ outcome: 'updated' });
    expect(store.health()).toMatchObject({ ready: true });
  });
});

describe('the last good copy stays', () => {
  const good = body(aFlag('encore', { version: 7 }), aFlag('other', { version: 2 }));
  const reused = { etag: '"same"' };

  test.each<[string, RequestListener, string]>([
    ['an error of the server', serve('', {}, 500), '500'],
    ['a redirect', serve('', { location: 'http://169.254.169.254/' }, 302), 'fetch failed'],
    ['half a JSON text', serve(good.slice(0, 40)), 'JSON'],
    ['another type of JSON', serve('[]'), 'expected object'],
    ['no flags field', serve('{"segments":{}}'), 'flags'],
    [
      'a flag that is none',
      serve('{"flags":{"encore":{"key":"encore","version":8}}}'),
      'flags/encore: expected a flag',
    ],
    [
      'a flag under another key',
      serve(JSON.stringify({ flags: { other: aFlag('encore') } })),
      'expected the key other',
    ],
    ['a forbidden name', serve('{"flags":{},"__proto__":{"polluted":true}}'), 'prototype'],
    [
      'an older version',
      serve(body(aFlag('encore', { version: 5, on: false }), aFlag('other', { version: 3 }))),
      'encore had higher versions',
    ],
    ['no flags where there were some', serve('{"flags":{},"segments":{}}'), 'empty'],
    ['an answer that says it is too long', serve('', { 'content-length': '1000000000' }), '5000000'],
    [
      'an answer that is too long and does not say so',
      (_request, response) => {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
        };
        response.on('drain', more);
        more();
      },
      '5000000',
    ],
    ['a bomb', serve(gzipSync(Buffer.alloc(25_000_000, 0x20)), { 'content-encoding': 'gzip' }), '20000000'],
    [
      'a connection that is cut',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"flags":', () => response.destroy());
      },
      'terminated',
    ],
  ])('after %s', async (_, bad, detail) => {
    answer = serve(good, reused);
    const store = await open();
    const before = store.snapshot(DEFAULT_ENVIRONMENT);
    answer = bad;
    expect(await store.refresh()).toEqual({ outcome: 'kept', detail: expect.stringContaining(detail) });
    expect(store.snapshot(DEFAULT_ENVIRONMENT)).toBe(before);
    expect(store.health()).toMatchObject({ ready: true, detail: expect.stringContaining('last good copy') });
    expect({}).not.toHaveProperty('polluted');
  });

  test('a 304 without a copy is no answer', async () => {
    answer = serve('', {}, 304);
    const store = await open();
    expect(await store.refresh()).toMatchObject({ outcome: 'kept' });
    expect(asked.map(({ etag }) => etag)).toEqual([undefined, undefined]);
  });

  test('an ETag that is used again for another body does not hide the change', async () => {
    answer = serve(good, reused);
    const store = await open();
    answer = serve(body(aFlag('encore', { version: 8, on: false }), aFlag('other', { version: 2 })), reused);
    expect(await store.refresh()).toMatchObject({ outcome: 'updated' });
    expect(flagOf(store, 'encore')?.definition.on).toBe(false);
  });

  test('an older or empty copy is believed when it is said that it may be', async () => {
    answer = serve(good);
    const store = await open({ allowOlder: true, allowEmpty: true });
    answer = serve(body(aFlag('encore', { version: 5 })));
    expect(await store.refresh()).toMatchObject({ outcome: 'updated' });
    expect(flagOf(store, 'encore')?.version).toBe(5);
    answer = serve(body());
    expect(await store.refresh()).toMatchObject({ outcome: 'updated' });
    expect(store.snapshot(DEFAULT_ENVIRONMENT)?.flags.size).toBe(0);
  });

  test('closing ends a question that is never answered', async () => {
    answer = serve(good);
    const store = await open();
    answer = () => {};
    const question = store.refresh();
    await expect.poll(() => asked.length).toBe(2);
    await store.close();
    expect(await question).toMatchObject({ outcome: 'kept' });
  });
});
