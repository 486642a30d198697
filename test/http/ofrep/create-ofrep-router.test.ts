import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOfrepRouter } from '../../../src/http/ofrep/create-ofrep-router.ts';
import type { ClosableRouter } from '../../../src/http/sdk/shared/sdk-deps.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import {
  AUTHOR,
  CLIENT_SIDE_ID,
  MOBILE_KEY,
  onOff,
  SDK_KEY,
  startSdkApp,
  type SdkApp,
} from '../../support/sdk-app.ts';
import { openSse, type SseClient } from '../../support/sse-client.ts';

let app: SdkApp;
let ofrep: ClosableRouter;
let streams: SseClient[];
beforeEach(async () => {
  streams = [];
  app = await startSdkApp({
    seed: {
      flags: {
        plain: onOff('plain', true),
        off: onOff('off', false),
        'no-off-value': { ...onOff('no-off-value', false), offVariation: undefined } as never,
        targeted: onOff('targeted', true, { targets: [{ values: ['anna'], variation: 1 }] }),
        split: onOff('split', true, {
          fallthrough: {
            rollout: {
              variations: [
                { variation: 0, weight: 0 },
                { variation: 1, weight: 100_000 },
              ],
            },
          },
        }),
        json: onOff('json', true, { variations: [{ a: [1] }, 2] }),
        null: onOff('null', true, { variations: [null] }),
        broken: onOff('broken', true, { fallthrough: { variation: 9 } }),
        secret: onOff('secret', true, {
          clientSideAvailability: { usingEnvironmentId: false, usingMobileKey: false },
        }),
      },
      segments: {},
    },
    routers: (parts) => {
      ofrep = createOfrepRouter(parts);
      return [ofrep.router];
    },
  });
});
afterEach(async () => {
  for (const stream of streams) stream.close();
  ofrep.close();
  await app.close();
});

const anna = { targetingKey: 'anna' };
const bert = { targetingKey: 'bert' };
const one = (key: string): string => `/ofrep/v1/evaluate/flags/${key}`;
const ALL = '/ofrep/v1/evaluate/flags';

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SDK_KEY}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('one flag', () => {
  test.each<[string, object, object]>([
    ['plain', bert, { value: true, reason: 'STATIC', variant: '0' }],
    ['off', bert, { value: false, reason: 'DISABLED', variant: '1' }],
    ['targeted', anna, { value: false, reason: 'TARGETING_MATCH', variant: '1' }],
    ['targeted', bert, { value: true, reason: 'UNKNOWN', variant: '0' }],
    ['split', bert, { value: false, reason: 'SPLIT', variant: '1' }],
    ['json', bert, { value: { a: [1] }, reason: 'STATIC' }],
    ['targeted', { kind: 'multi', user: { targetingKey: 'anna' }, org: { key: 'o' } }, { value: false }],
    ['targeted', { kind: 'org', key: 'anna' }, { value: true }],
  ])('%s for %j', async (key, context, expected) => {
    const response = await post(one(key), { context });
    expect([response.status, await response.json()]).toMatchObject([200, { key, ...expected }]);
  });

  test.each([
    ['no-off-value', ''],
    ['null', '0'],
  ])(
    '%s has no value of its own, and says so with null: some providers fail without',
    async (key, variant) => {
      const response = await post(one(key), { context: bert });
      expect([response.status, await response.json()]).toMatchObject([200, { key, value: null, variant }]);
      const all = (await (await post(ALL, { context: bert })).json()) as { flags: readonly object[] };
      expect(all.flags).toContainEqual(expect.objectContaining({ key, value: null, variant }));
    },
  );

  test('carries version and whole reason as metadata', async () => {
    const body: unknown = await (await post(one('targeted'), { context: anna })).json();
    expect(body).toMatchObject({ metadata: { version: 1, reason: '{"kind":"TARGET_MATCH"}' } });
  });

  test.each<[string, string, unknown, number, string]>([
    ['a flag that there is not', 'nothing', { context: anna }, 404, 'FLAG_NOT_FOUND'],
    ['a flag from the prototype', '__proto__', { context: anna }, 404, 'FLAG_NOT_FOUND'],
    ['a malformed flag', 'broken', { context: anna }, 400, 'PARSE_ERROR'],
    ['no targeting key', 'plain', { context: {} }, 400, 'TARGETING_KEY_MISSING'],
    ['no context', 'plain', {}, 400, 'INVALID_CONTEXT'],
    ['a context that is none', 'plain', { context: { ...anna, kind: 'a b' } }, 400, 'INVALID_CONTEXT'],
    ['a list', 'plain', [], 400, 'PARSE_ERROR'],
    ['no JSON', 'plain', '{', 400, 'PARSE_ERROR'],
  ])('%s', async (_name, key, body, status, errorCode) => {
    const response = await post(one(key), body);
    expect([response.status, await response.json()]).toMatchObject([status, { key, errorCode }]);
  });
});

describe('all flags', () => {
  test('are evaluated, with failures in their places', async () => {
    const { flags } = (await (await post(ALL, { context: anna })).json()) as { flags: { key: string }[] };
    expect(flags.map(({ key }) => key).toSorted()).toEqual([
      'broken',
      'json',
      'no-off-value',
      'null',
      'off',
      'plain',
      'secret',
      'split',
      'targeted',
    ]);
    expect(flags.find(({ key }) => key === 'broken')).toMatchObject({ errorCode: 'PARSE_ERROR' });
  });

  test('answer 304 as long as the answers of this context stay as they are', async () => {
    const first = await post(ALL, { context: anna });
    const etag = first.headers.get('etag') ?? '';
    expect((await post(ALL, { context: anna }, { 'if-none-match': etag })).status).toBe(304);
    expect((await post(ALL, { context: bert }, { 'if-none-match': etag })).status).toBe(200);
    await app.put(onOff('off', true));
    expect((await post(ALL, { context: anna }, { 'if-none-match': etag })).status).toBe(200);
  });

  test.each<[string, unknown, string]>([
    ['no targeting key', { context: {} }, 'TARGETING_KEY_MISSING'],
    ['no JSON', 'x', 'PARSE_ERROR'],
  ])('%s', async (_name, body, errorCode) => {
    const response = await post(ALL, body);
    expect([response.status, await response.json()]).toMatchObject([400, { errorCode }]);
  });
});

describe('who asks', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['an SDK key as Bearer', { authorization: `Bearer ${SDK_KEY}` }, true],
    ['an SDK key as X-API-Key', { 'x-api-key': SDK_KEY }, true],
    ['a mobile key', { 'x-api-key': MOBILE_KEY }, false],
    ['a client-side ID', { 'x-api-key': CLIENT_SIDE_ID }, false],
  ])('%s', async (_name, headers, seesSecrets) => {
    const ask = (path: string): Promise<Response> =>
      fetch(`${app.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ context: anna }),
      });
    const { flags } = (await (await ask(ALL)).json()) as { flags: { key: string }[] };
    expect(flags.some(({ key }) => key === 'plain')).toBe(true);
    expect(flags.some(({ key }) => key === 'secret')).toBe(seesSecrets);
    expect((await ask(one('secret'))).status).toBe(seesSecrets ? 200 : 404);
  });

  test.each([{}, { authorization: 'Bearer missing' }, { 'x-api-key': 'missing' }])(
    '%j is 401',
    async (headers) => {
      for (const path of [ALL, one('plain')]) {
        const response = await fetch(`${app.url}${path}`, {
          method: 'POST',
          headers: headers as Record<string, string>,
        });
        expect(response.status).toBe(401);
      }
    },
  );

  test('a page of another origin may read what its environment allows', async () => {
    await app.settings.changeEnvironment(AUTHOR, DEFAULT_ENVIRONMENT, {
      allowedOrigins: ['https://ok.example'],
    });
    const ask = async (origin: string): Promise<string | null> =>
      (await post(ALL, { context: anna }, { authorization: `Bearer ${CLIENT_SIDE_ID}`, origin })).headers.get(
        'access-control-allow-origin',
      );
    expect([await ask('https://ok.example'), await ask('https://evil.example')]).toEqual(['*', null]);
  });

  test('in secure mode a client-side ID gets answers only for a context that it proves, a secret key for any', async () => {
    await app.settings.changeEnvironment(AUTHOR, DEFAULT_ENVIRONMENT, { secureMode: true });
    const proof = createHmac('sha256', SDK_KEY).update(anna.targetingKey).digest('hex');
    const ask = async (path: string, key: string): Promise<unknown> => {
      const response = await post(path, { context: anna }, { authorization: `Bearer ${key}` });
      const { errorCode } = (await response.json()) as { readonly errorCode?: string };
      return [response.status, errorCode];
    };
    for (const path of [ALL, one('plain')]) {
      expect(await ask(path, CLIENT_SIDE_ID)).toEqual([400, 'INVALID_CONTEXT']);
      expect(await ask(`${path}?h=${proof.toUpperCase()}`, CLIENT_SIDE_ID)).toEqual([400, 'INVALID_CONTEXT']);
      expect(await ask(`${path}?h=${proof}`, CLIENT_SIDE_ID)).toEqual([200, undefined]);
      expect(await ask(path, SDK_KEY)).toEqual([200, undefined]);
      expect(await ask(path, MOBILE_KEY)).toEqual([200, undefined]);
    }
  });
});

describe('the change stream', () => {
  async function follow(headers: Record<string, string> = {}): Promise<SseClient> {
    const answer = (await (await post(ALL, { context: anna })).json()) as {
      eventStreams: { type: string; endpoint: { requestUri: string } }[];
    };
    expect(answer.eventStreams).toMatchObject([{ type: 'sse', inactivityDelaySec: 120 }]);
    const stream = await openSse(`${app.url}${answer.eventStreams[0]?.endpoint.requestUri}`, { headers });
    streams.push(stream);
    return stream;
  }

  test('tells who comes, and at every change, to evaluate again', async () => {
    const stream = await follow();
    const first = await stream.next();
    expect(first).toMatchObject({
      event: 'message',
      data: { type: 'refetchEvaluation', etag: expect.any(String) as string },
    });
    await app.put(onOff('plain', false));
    const second = await stream.next();
    expect(second).toMatchObject({ data: { type: 'refetchEvaluation' } });
    expect(second.data).not.toEqual(first.data);
  });

  test('has nothing to tell who was level, until something changes', async () => {
    const { data } = await (await follow()).next();
    const id = (data as { etag: string }).etag.replaceAll('"', '');
    const stream = await follow({ 'last-event-id': id });
    await app.put(onOff('plain', false));
    expect(JSON.stringify((await stream.next()).data)).not.toContain(id);
    expect(stream.events).toHaveLength(1);
  });

  test('of an environment that there is not is 404', async () => {
    expect((await fetch(`${app.url}/ofrep/v1/event-streams/missing`)).status).toBe(404);
  });
});

test('an evaluation because of a change waits until this instance has it', async () => {
  const stream = await openSse(`${app.url}/ofrep/v1/event-streams/${CLIENT_SIDE_ID}`);
  streams.push(stream);
  const { etag } = (await stream.next()).data as { etag: string };
  const next = etag.replace(/\d+"$/, (digits) => `${Number(digits.slice(0, -1)) + 1}"`);
  let answered = false;
  const waiting = post(`${ALL}?flagConfigEtag=${encodeURIComponent(next)}`, { context: anna }).finally(() => {
    answered = true;
  });
  // A request that waits for nothing overtakes it.
  await post(`${ALL}?flagConfigEtag=${encodeURIComponent(etag)}`, { context: anna });
  expect(answered).toBe(false);
  await app.put(onOff('plain', false));
  const { flags } = (await (await waiting).json()) as { flags: { key: string; value: unknown }[] };
  expect(flags.find(({ key }) => key === 'plain')?.value).toBe(false);
});
