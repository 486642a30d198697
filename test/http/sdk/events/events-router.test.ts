import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { CLIENT_SIDE_ID, MOBILE_KEY, SDK_KEY, startSdkApp, type SdkApp } from '../../../support/sdk-app.ts';

let app: SdkApp;
beforeEach(async () => {
  app = await startSdkApp();
});
afterEach(() => app.close());

const event = (key: string): object => ({
  kind: 'custom',
  creationDate: Date.now(),
  key,
  context: { kind: 'user', key: 'anna' },
});

const post = (path: string, body: object | string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'X-LaunchDarkly-Event-Schema': '4', ...headers },
    body:
      typeof body === 'string'
        ? body
        : body instanceof Uint8Array
          ? new Uint8Array(body)
          : JSON.stringify(body),
  });

const kept = async (): Promise<readonly string[]> =>
  (await app.database.kysely.selectFrom('metric_events').select('event_key').orderBy('id').execute()).map(
    (row) => row.event_key,
  );

const DOORS: readonly (readonly [path: string, headers: Record<string, string>])[] = [
  ['/bulk', { authorization: SDK_KEY }],
  ['/mobile', { authorization: MOBILE_KEY }],
  ['/mobile/events', { authorization: MOBILE_KEY }],
  ['/mobile/events/bulk', { authorization: MOBILE_KEY }],
  [`/events/bulk/${CLIENT_SIDE_ID}`, {}],
];

describe.each(DOORS)('%s', (path, key) => {
  test('answers 202 without a body and with the true date, and keeps the events', async () => {
    const response = await post(path, [event('a'), event('b')], key);
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(Math.abs(Date.parse(response.headers.get('date') ?? '') - Date.now())).toBeLessThan(2_000);
    expect(await kept()).toEqual(['a', 'b']);
  });

  test('reads compressed bodies', async () => {
    const body = gzipSync(JSON.stringify([event('zipped')]));
    expect((await post(path, body, { ...key, 'content-encoding': 'gzip' })).status).toBe(202);
    expect(await kept()).toEqual(['zipped']);
  });

  test('counts a payload once, however its id is spelled in the header', async () => {
    for (const name of ['X-LaunchDarkly-Payload-ID', 'x-launchdarkly-payload-id']) {
      expect((await post(path, [event('once')], { ...key, [name]: 'id-1' })).status).toBe(202);
    }
    expect(await kept()).toEqual(['once']);
  });

  test('takes a diagnostic that lost its way, and keeps nothing of it', async () => {
    expect((await post(path, { kind: 'diagnostic-init' }, key)).status).toBe(202);
    expect(await kept()).toEqual([]);
  });

  test.each<[string, object | string, number]>([
    ['an empty list', [], 202],
    ['malformed entries beside a good one', [null, { kind: 'x' }, event('good')], 202],
    ['a body that is not JSON', '[', 400],
    ['an empty body', '', 400],
    [
      '10,000 events of 1 KB',
      Array.from({ length: 10_000 }, () => ({ ...event('big'), data: 'x'.repeat(1_000) })),
      202,
    ],
    ['more than 32 MiB after decompression', gzipSync(Buffer.alloc(33 * 1024 * 1024, ' ')), 202],
  ])('%s', async (_name, body, status) => {
    const headers = body instanceof Uint8Array ? { ...key, 'content-encoding': 'gzip' } : key;
    expect((await post(path, body, headers)).status).toBe(status);
  });

  test('says that a body over 32 MiB was dropped, with a status after which SDKs go on', async () => {
    const bomb = gzipSync(Buffer.alloc(33 * 1024 * 1024, ' '));
    const response = await post(path, bomb, { ...key, 'content-encoding': 'gzip' });
    expect([response.status, response.headers.get('x-events-dropped')]).toEqual([
      202,
      'The body is larger than 33554432 bytes.',
    ]);
    expect(await kept()).toEqual([]);
  });

  test('refuses who has no key', async () => {
    const response = await post(path.replace(CLIENT_SIDE_ID, 'missing'), [event('a')], {});
    expect(response.status).toBe(path.startsWith('/events') ? 404 : 401);
  });
});

describe('a body of several parts', () => {
  const key = { authorization: SDK_KEY };
  const events = (count: number): object[] => Array.from({ length: count }, (_, nth) => event(`e${nth}`));
  const whole = JSON.stringify(events(2_500));
  const torn = `${whole.slice(0, -5)}]`;

  test('is counted once, sent twice at once and once more', async () => {
    const id = { ...key, 'X-LaunchDarkly-Payload-ID': 'id-1' };
    const both = await Promise.all([post('/bulk', whole, id), post('/bulk', whole, id)]);
    expect([...both, await post('/bulk', whole, id)].map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(await kept()).size).toBe(2_500);
    expect(await kept()).toHaveLength(2_500);
  });

  test('that stops being JSON leaves its first parts, and sent again with its id adds what lacked', async () => {
    const id = { ...key, 'X-LaunchDarkly-Payload-ID': 'id-1' };
    expect((await post('/bulk', torn, id)).status).toBe(400);
    expect(await kept()).toHaveLength(2_000);
    expect((await post('/bulk', whole, id)).status).toBe(202);
    expect(await kept()).toHaveLength(2_500);
  });

  test('whose client leaves in the middle is the same', async () => {
    const id = { ...key, 'X-LaunchDarkly-Payload-ID': 'id-1' };
    const leaving = new AbortController();
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(Buffer.from(whole.slice(0, whole.length / 2))),
    });
    const sent = fetch(`${app.url}/bulk`, {
      method: 'POST',
      headers: id,
      body,
      signal: leaving.signal,
      duplex: 'half',
    });
    await expect.poll(kept).toHaveLength(1_000);
    leaving.abort();
    await expect(sent).rejects.toThrow('aborted');
    expect((await post('/bulk', whole, id)).status).toBe(202);
    expect(await kept()).toHaveLength(2_500);
  });

  test('without an id is not asked for again, since it would be counted twice', async () => {
    const response = await post('/bulk', torn, key);
    expect([response.status, response.headers.get('x-events-dropped')]).toEqual([
      202,
      'The body is not JSON.',
    ]);
    expect(await kept()).toHaveLength(2_000);
  });
});

test.each([
  ['longer than 3 MiB', { ...event('large'), data: 'x'.repeat(3 * 1024 * 1024) }],
  ['of more than 150,000 tokens', { ...event('large'), data: Array.from({ length: 100_000 }, () => []) }],
])('an entry %s is left out and counted, and its neighbours are read', async (_why, large) => {
  const response = await post('/bulk', [event('a'), large, event('b')], { authorization: SDK_KEY });
  expect(response.status).toBe(202);
  expect(await kept()).toEqual(['a', 'b']);
  expect(app.events.counts().skipped).toEqual({ 'too-large': 1 });
});

test('bodies that come slowly are refused for now when they hold too much together', async () => {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const piece = `[${JSON.stringify({ ...event('a'), data: 'x'.repeat(1_000_000) })},`.repeat(2);
  const send = (): Promise<Response> =>
    fetch(`${app.url}/bulk`, {
      method: 'POST',
      headers: { authorization: SDK_KEY },
      body: new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from(piece.slice(0, -1_000))) }),
      signal: leaving.signal,
      duplex: 'half',
    });
  const refused = await Promise.any(Array.from({ length: 20 }, send));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
});

test.each<[string, Record<string, string>]>([
  ['/diagnostic', { authorization: SDK_KEY }],
  ['/mobile/events/diagnostic', { authorization: MOBILE_KEY }],
  [`/events/diagnostic/${CLIENT_SIDE_ID}`, {}],
])('%s answers 202', async (path, key) => {
  expect((await post(path, { kind: 'diagnostic', id: {} }, key)).status).toBe(202);
});

test('an image brings events too', async () => {
  const d = Buffer.from(JSON.stringify([event('pixel')])).toString('base64');
  const response = await fetch(`${app.url}/a/${CLIENT_SIDE_ID}.gif?d=${encodeURIComponent(d)}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif']);
  expect(
    Buffer.from(await response.arrayBuffer())
      .subarray(0, 6)
      .toString(),
  ).toBe('GIF89a');
  expect(await kept()).toEqual(['pixel']);
  expect((await fetch(`${app.url}/a/${CLIENT_SIDE_ID}.gif?d=%00rubbish`)).status).toBe(200);
});

test('a full queue answers 503, which SDKs try again', async () => {
  await app.close();
  app = await startSdkApp({ sink: { queueLimit: 1, gatherMs: 300 } });
  const key = { authorization: SDK_KEY };
  const first = post('/bulk', [event('first')], key);
  await expect.poll(() => app.events.counts().queued, { interval: 1 }).toBe(1);
  const second = await post('/bulk', [event('second')], key);
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await first).status).toBe(202);
  expect(await kept()).toEqual(['first']);
});
