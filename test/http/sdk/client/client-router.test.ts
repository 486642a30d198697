import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import {
  AUTHOR,
  CLIENT_SIDE_ID,
  MOBILE_KEY,
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

const anna = { kind: 'user', key: 'anna' };
const bert = { kind: 'user', key: 'bert' };
const b64 = (context: unknown): string => Buffer.from(JSON.stringify(context)).toString('base64url');

/** Only beta testers, listed by segment. */
const beta = (on = true): Flag =>
  onOff('beta-only', on, {
    fallthrough: { variation: 1 },
    rules: [{ id: 'r', clauses: [{ attribute: '', op: 'segmentMatch', values: ['beta'] }], variation: 0 }],
  });
const browsersOnly = onOff('browsers', true, {
  clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: false },
});
const mobilesOnly = onOff('mobiles', true, {
  clientSideAvailability: { usingEnvironmentId: false, usingMobileKey: true },
});

async function start(options: SdkAppOptions = {}): Promise<SdkApp> {
  app = await startSdkApp({
    seed: {
      flags: { 'beta-only': beta(), browsers: browsersOnly, mobiles: mobilesOnly },
      segments: { beta: { key: 'beta', version: 1, included: ['anna'] } },
    },
    ...options,
  });
  return app;
}

type Caller = 'browser' | 'mobile' | 'server';
const CALLERS = {
  browser: {
    prefix: `/sdk/evalx/${CLIENT_SIDE_ID}`,
    stream: `/eval/${CLIENT_SIDE_ID}`,
    ping: `/ping/${CLIENT_SIDE_ID}`,
  },
  mobile: { prefix: '/msdk/evalx', stream: '/meval', ping: '/mping' },
  server: { prefix: '/sdk/evalx', stream: '', ping: '' },
} as const;
const KEYS: Record<Caller, Record<string, string>> = {
  browser: {},
  mobile: { authorization: MOBILE_KEY },
  server: { authorization: SDK_KEY },
};

const ask = (caller: Caller, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${app?.url}${CALLERS[caller].prefix}${path}`, {
    ...init,
    headers: { ...KEYS[caller], ...(init.headers as Record<string, string>) },
  });

async function open(path: string, options: Parameters<typeof openSse>[1] = {}): Promise<SseClient> {
  const stream = await openSse(`${app?.url}${path}`, options);
  streams.push(stream);
  return stream;
}

describe('an evaluation', () => {
  test.each<[Caller, readonly string[]]>([
    ['browser', ['beta-only', 'browsers']],
    ['mobile', ['beta-only', 'mobiles']],
    ['server', ['beta-only', 'browsers', 'mobiles']],
  ])('for a %s has the flags that it may see', async (caller, keys) => {
    await start();
    const response = await ask(caller, `/contexts/${b64(anna)}`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('x-ld-envid')).toBe(CLIENT_SIDE_ID);
    expect(Object.keys((await response.json()) as object).toSorted()).toEqual(keys);
  });

  test('answers value, variation and both versions, and the reason when asked', async () => {
    const { put } = await start();
    await put(
      onOff('browsers', true, {
        clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: false },
        trackEvents: true,
      }),
    );
    const sequence = app?.store.snapshot(DEFAULT_ENVIRONMENT)?.sequence;
    expect(await (await ask('browser', `/contexts/${b64(anna)}`)).json()).toEqual({
      'beta-only': { value: true, variation: 0, version: expect.any(Number) as number, flagVersion: 1 },
      browsers: { value: true, variation: 0, version: sequence, flagVersion: 2, trackEvents: true },
    });
    const withReasons = await ask('browser', `/contexts/${b64(bert)}?withReasons=true`);
    expect(await withReasons.json()).toMatchObject({
      'beta-only': { value: false, reason: { kind: 'FALLTHROUGH' } },
    });
  });

  test('has a new version only where something that it depends on changed', async () => {
    const { put, putSegment } = await start();
    await put(onOff('needs-beta', true, { prerequisites: [{ key: 'beta-only', variation: 0 }] }));
    const versions = async (): Promise<Record<string, number>> => {
      const answers = (await (await ask('browser', `/contexts/${b64(anna)}`)).json()) as Record<
        string,
        { version: number }
      >;
      return Object.fromEntries(Object.entries(answers).map(([key, { version }]) => [key, version]));
    };
    const before = await versions();
    await putSegment({ key: 'beta', version: 1, included: ['bert'] });
    const sequence = app?.store.snapshot(DEFAULT_ENVIRONMENT)?.sequence;
    expect(await versions()).toEqual({ ...before, 'beta-only': sequence, 'needs-beta': sequence });
  });

  test.each(['browser', 'mobile', 'server'] as const)(
    'for a %s is the same by GET and REPORT, under both names, padded or not',
    async (caller) => {
      await start();
      const report = (path: string): Promise<Response> =>
        ask(caller, path, {
          method: 'REPORT',
          body: JSON.stringify(anna),
          headers: { 'content-type': 'application/json' },
        });
      const padded = `${b64(anna)}${'='.repeat((4 - (b64(anna).length % 4)) % 4)}`;
      const answers = await Promise.all([
        ask(caller, `/contexts/${b64(anna)}`),
        ask(caller, `/users/${b64(anna)}`),
        ask(caller, `/contexts/${padded}`),
        ask(caller, `/contexts/${encodeURIComponent(Buffer.from(JSON.stringify(anna)).toString('base64'))}`),
        report('/context'),
        report('/user'),
      ]);
      const texts = await Promise.all(answers.map((answer) => answer.text()));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
      expect(new Set(texts).size).toBe(1);
    },
  );

  test('takes a user from before there were contexts', async () => {
    await start();
    const legacy = await ask('browser', `/users/${b64({ key: 'anna', custom: { plan: 'x' } })}`);
    expect(await legacy.json()).toMatchObject({ 'beta-only': { value: true } });
  });

  test('answers 304 to who has it', async () => {
    await start();
    const first = await ask('browser', `/contexts/${b64(anna)}`);
    const again = await ask('browser', `/contexts/${b64(anna)}`, {
      headers: { 'if-none-match': first.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });
});

describe('a bad request', () => {
  test.each<[string, string]>([
    ['rubbish', '!!!'],
    ['not JSON', Buffer.from('{').toString('base64url')],
    ['null', b64(null)],
    ['a list', b64([])],
    ['an empty object', b64({})],
    ['an empty kind', b64({ kind: '', key: 'a' })],
    ['the kind kind', b64({ kind: 'kind', key: 'a' })],
    ['a kind with a blank', b64({ kind: 'a b', key: 'a' })],
    ['an empty key', b64({ kind: 'user', key: '' })],
    ['a key that is a number', b64({ kind: 'user', key: 1 })],
    ['no key', b64({ kind: 'user' })],
    ['a multi-context without kinds', b64({ kind: 'multi' })],
    ['a multi-context in a multi-context', b64({ kind: 'multi', multi: { key: 'a' } })],
    [
      'private attributes that are no list',
      b64({ kind: 'user', key: 'a', _meta: { privateAttributes: 'x' } }),
    ],
  ])('%s: 400 invalid_context', async (_name, encoded) => {
    await start();
    const response = await ask('browser', `/contexts/${encodeURIComponent(encoded)}`);
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'invalid_context' }]);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  test.each([
    '{"kind":"user","key":"a","__proto__":{"plan":"gold"}}',
    '{"kind":"user","key":"a","deep":{"constructor":{"prototype":1}}}',
    '{"kind":"multi","__proto__":{"key":"a"},"user":{"key":"a"}}',
  ])('%s is refused in a path as in a body', async (json) => {
    await start();
    const inPath = await ask('browser', `/contexts/${Buffer.from(json).toString('base64url')}`);
    const inBody = await ask('browser', '/context', {
      method: 'REPORT',
      body: json,
      headers: { 'content-type': 'application/json' },
    });
    expect([inPath.status, inBody.status]).toEqual([400, 400]);
  });

  test.each<[string, RequestInit, number]>([
    ['without a type', { body: JSON.stringify(anna), headers: { 'content-type': 'text/plain' } }, 415],
    ['that is not JSON', { body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['that is no context', { body: '[]', headers: { 'content-type': 'application/json' } }, 400],
    [
      'of 64 KB',
      {
        body: JSON.stringify({ ...anna, x: 'x'.repeat(66_000) }),
        headers: { 'content-type': 'application/json' },
      },
      413,
    ],
  ])('a REPORT %s', async (_name, init, status) => {
    await start();
    expect((await ask('browser', '/context', { method: 'REPORT', ...init })).status).toBe(status);
  });

  test('404 for an environment that there is not, 401 for a mobile key that there is not', async () => {
    await start();
    for (const path of [
      `/sdk/evalx/missing/contexts/${b64(anna)}`,
      `/eval/missing/${b64(anna)}`,
      '/ping/missing',
      '/sdk/goals/missing',
    ]) {
      const response = await fetch(`${app?.url}${path}`);
      expect(response.status).toBe(404);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
    for (const path of [`/msdk/evalx/contexts/${b64(anna)}`, `/meval/${b64(anna)}`, '/mping']) {
      expect((await fetch(`${app?.url}${path}`, { headers: { authorization: SDK_KEY } })).status).toBe(401);
    }
  });
});

describe.each([
  ['browser by GET', 'browser', 'GET'],
  ['browser by REPORT', 'browser', 'REPORT'],
  ['mobile by GET', 'mobile', 'GET'],
  ['mobile by REPORT', 'mobile', 'REPORT'],
] as const)('a stream of a %s', (_name, caller, method) => {
  const follow = (context: object): Promise<SseClient> =>
    method === 'GET'
      ? open(`${CALLERS[caller].stream}/${b64(context)}`, { headers: KEYS[caller] })
      : open(CALLERS[caller].stream, {
          method,
          headers: { ...KEYS[caller], 'content-type': 'application/json' },
          body: JSON.stringify(context),
        });

  test('begins with all answers, and hears of a change when its own answers change', async () => {
    const { put, putSegment, remove } = await start();
    const [annas, berts] = [await follow(anna), await follow(bert)];
    expect(await annas.next()).toMatchObject({ event: 'put', data: { 'beta-only': { value: true } } });
    expect(await berts.next()).toMatchObject({ event: 'put', data: { 'beta-only': { value: false } } });

    await put(beta(false));
    expect(await annas.next()).toMatchObject({
      event: 'patch',
      data: { key: 'beta-only', value: false, variation: 1, flagVersion: 2 },
    });
    await put(beta(true));
    const back = await annas.next();
    expect(back).toMatchObject({ event: 'patch', data: { value: true, flagVersion: 3 } });

    // A segment changes answers while the flag stays: the version rises all the same.
    await putSegment({ key: 'beta', version: 1, included: ['bert'] });
    const left = await annas.next();
    expect(left).toMatchObject({ event: 'patch', data: { value: false, flagVersion: 3 } });
    expect((left.data as { version: number }).version).toBeGreaterThan(
      (back.data as { version: number }).version,
    );
    expect(await berts.next()).toMatchObject({ event: 'patch', data: { value: true } });
    expect(berts.events).toHaveLength(2);

    await remove('beta-only');
    expect(await annas.next()).toEqual({
      event: 'delete',
      data: { key: 'beta-only', version: app?.store.snapshot(DEFAULT_ENVIRONMENT)?.sequence },
    });
  });
});

test('a flag that is hidden from browsers leaves their streams, and no change of it is heard', async () => {
  const { put } = await start();
  const stream = await open(`/eval/${CLIENT_SIDE_ID}/${b64(anna)}`);
  await stream.next();
  await put(
    onOff('mobiles', false, { clientSideAvailability: { usingEnvironmentId: false, usingMobileKey: true } }),
  );
  await put(
    onOff('browsers', true, { clientSideAvailability: { usingEnvironmentId: false, usingMobileKey: false } }),
  );
  expect(await stream.next()).toMatchObject({ event: 'delete', data: { key: 'browsers' } });
});

test.each(['browser', 'mobile'] as const)(
  'a ping stream of a %s asks to look again at each change',
  async (caller) => {
    const { put } = await start();
    const stream = await open(CALLERS[caller].ping, { headers: KEYS[caller] });
    expect(await stream.next()).toEqual({ event: 'ping', data: ' ' });
    await put(onOff('new', true));
    expect(await stream.next()).toEqual({ event: 'ping', data: ' ' });
  },
);

describe('secure mode', () => {
  const hash = (message: string): string => createHmac('sha256', SDK_KEY).update(message).digest('hex');
  const multi = { kind: 'multi', user: { key: 'u:1' }, org: { key: 'o1' } };

  test.each<[string, object, string, number]>([
    ['the right hash of a user', anna, hash('anna'), 200],
    ['the right hash of a multi-context', multi, hash('org:o1:user:u%3A1'), 200],
    ['none', anna, '', 400],
    ['the hash of another', anna, hash('bert'), 400],
    ['the hash in capitals', anna, hash('anna').toUpperCase(), 400],
  ])('%s', async (_name, context, h, status) => {
    const { settings } = await start();
    await settings.changeEnvironment(AUTHOR, DEFAULT_ENVIRONMENT, { secureMode: true });
    for (const path of [`/sdk/evalx/${CLIENT_SIDE_ID}/contexts`, `/eval/${CLIENT_SIDE_ID}`]) {
      const response = await fetch(`${app?.url}${path}/${b64(context)}?h=${h}`);
      expect(response.status).toBe(status);
      await response.body?.cancel();
    }
  });

  test('asks nothing of mobiles, whose key is a secret', async () => {
    const { settings } = await start();
    await settings.changeEnvironment(AUTHOR, DEFAULT_ENVIRONMENT, { secureMode: true });
    expect((await ask('mobile', `/contexts/${b64(anna)}`)).status).toBe(200);
  });
});

describe('pages of other origins', () => {
  const from = (origin: string, path: string, method = 'GET'): Promise<Response> =>
    fetch(`${app?.url}${path}`, { method, headers: { origin, 'access-control-request-method': 'GET' } });
  const paths = [
    `/sdk/evalx/${CLIENT_SIDE_ID}/contexts/${b64(anna)}`,
    `/sdk/goals/${CLIENT_SIDE_ID}`,
    `/events/bulk/${CLIENT_SIDE_ID}`,
    `/sdk/poll/eval/${b64(anna)}?auth=${CLIENT_SIDE_ID}`,
  ];

  test.each(paths)('may ask %s first', async (path) => {
    await start();
    const preflight = await from('https://app.example', path, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('REPORT');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('X-LaunchDarkly-User-Agent');
  });

  test('may read the Date and the tag', async () => {
    await start();
    const response = await from('https://app.example', paths[0] ?? '');
    expect(response.headers.get('access-control-expose-headers')).toMatch(/Date.*ETag/);
  });

  test('are only those that the environment allows', async () => {
    const { settings } = await start();
    await settings.changeEnvironment(AUTHOR, DEFAULT_ENVIRONMENT, { allowedOrigins: ['https://ok.example'] });
    for (const path of paths) {
      const allowed = await from('https://ok.example', path, 'OPTIONS');
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://ok.example');
      for (const origin of ['null', 'https://ok.example.evil.com', 'http://ok.example']) {
        expect((await from(origin, path, 'OPTIONS')).headers.get('access-control-allow-origin')).toBeNull();
      }
    }
  });
});

test('there are no goals', async () => {
  await start();
  expect(await (await fetch(`${app?.url}/sdk/goals/${CLIENT_SIDE_ID}`)).json()).toEqual([]);
});
