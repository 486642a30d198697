import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
