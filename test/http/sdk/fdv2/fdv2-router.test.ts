import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../support/memory-store.ts';
import {
  CLIENT_SIDE_ID,
  MOBILE_KEY,
  onOff,
  SDK_KEY,
  startSdkApp,
  type SdkApp,
} from '../../../support/sdk-app.ts';
import { openSse, type SseClient } from '../../../support/sse-client.ts';

let app: SdkApp;
let streams: SseClient[];
beforeEach(async () => {
  streams = [];
  app = await startSdkApp({
    seed: {
      flags: { one: onOff('one', true), two: onOff('two', false) },
      segments: { beta: { key: 'beta', version: 1, included: ['anna'] } },
    },
  });
});
afterEach(async () => {
  for (const stream of streams) stream.close();
  await app.close();
});

interface Transfer {
  readonly event: string;
  readonly data: {
    readonly payloads?: readonly {
      readonly id: string;
      readonly target: number;
      readonly intentCode: string;
    }[];
    readonly kind?: string;
    readonly key?: string;
    readonly version?: number;
    readonly object?: { readonly [field: string]: unknown };
    readonly state?: string;
  };
}

const anna = Buffer.from(JSON.stringify({ kind: 'user', key: 'anna' })).toString('base64url');
const bert = Buffer.from(JSON.stringify({ kind: 'user', key: 'bert' })).toString('base64url');
const SERVER = { authorization: SDK_KEY };

async function poll(
  path: string,
  basis?: string,
  headers: Record<string, string> = SERVER,
): Promise<readonly Transfer[]> {
  const joint = path.includes('?') ? '&' : '?';
  const response = await fetch(`${app.url}${path}${basis === undefined ? '' : `${joint}basis=${basis}`}`, {
    headers,
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { events: Transfer[] }).events;
}

async function open(path: string, headers: Record<string, string> = SERVER): Promise<SseClient> {
  const stream = await openSse(`${app.url}${path}`, { headers });
  streams.push(stream);
  return stream;
}

const take = async (stream: SseClient, count: number): Promise<readonly Transfer[]> => {
  const taken: Transfer[] = [];
  while (taken.length < count) taken.push((await stream.next()) as Transfer);
  return taken;
};
const names = (events: readonly Transfer[]): readonly string[] => events.map(({ event }) => event);
const intentOf = (events: readonly Transfer[]): string | undefined =>
  events[0]?.data.payloads?.[0]?.intentCode;
const stateOf = (events: readonly Transfer[]): string => events.at(-1)?.data.state ?? '';

describe('a server-side poll', () => {
  test('without a basis gets everything', async () => {
    const events = await poll('/sdk/poll');
    expect(names(events)).toEqual([
      'server-intent',
      'put-object',
      'put-object',
      'put-object',
      'payload-transferred',
    ]);
    expect(intentOf(events)).toBe('xfer-full');
    expect(events[1]?.data).toMatchObject({
      kind: 'segment',
      key: 'beta',
      version: 1,
      object: { version: 1 },
    });
    expect(events[2]?.data).toMatchObject({
      kind: 'flag',
      key: 'one',
      version: 1,
      object: { key: 'one', on: true },
    });
  });

  test('that is level gets nothing, and a target all the same', async () => {
    const state = stateOf(await poll('/sdk/poll'));
    const events = await poll('/sdk/poll', state);
    expect([names(events), intentOf(events)]).toEqual([['server-intent'], 'none']);
    expect(events[0]?.data.payloads?.[0]?.target).toEqual(expect.any(Number));
  });

  test('gets what changed since its basis, each once, deletes too', async () => {
    const state = stateOf(await poll('/sdk/poll'));
    await app.put(onOff('two', true));
    await app.put(onOff('two', false));
    await app.remove('one');
    const events = await poll('/sdk/poll', state);
    expect(intentOf(events)).toBe('xfer-changes');
    expect(names(events)).toEqual(['server-intent', 'put-object', 'delete-object', 'payload-transferred']);
    expect(events[1]?.data).toMatchObject({ key: 'two', version: 3 });
    expect(events[2]?.data).toEqual({ kind: 'flag', key: 'one', version: 2 });
    expect(intentOf(await poll('/sdk/poll', stateOf(events)))).toBe('none');
  });

  test.each(['rubbish', '(p:other:1)', '(p::)', '%00', '(p:x:99999999999999999999)'])(
    'with the basis %s gets everything',
    async (basis) => {
      expect(intentOf(await poll('/sdk/poll', basis))).toBe('xfer-full');
    },
  );

  test('with a basis from the future, or from the store of another day, gets everything', async () => {
    const state = stateOf(await poll('/sdk/poll'));
    expect(intentOf(await poll('/sdk/poll', state.replace(/\d+\)$/, '999)')))).toBe('xfer-full');
    await app.close();
    const store = await createMemoryStore({
      now: () => Date.now() + 1_000,
      seedFlags: { flags: { one: onOff('one', false) }, segments: {} },
    });
    app = await startSdkApp({ store });
    await app.put(onOff('two', false));
    await app.put(onOff('three', false));
    expect(intentOf(await poll('/sdk/poll', state))).toBe('xfer-full');
  });
});

test('a server-side stream catches up and goes on, each batch with its intent', async () => {
  const state = stateOf(await poll('/sdk/poll'));
  await app.put(onOff('two', true));
  const stream = await open(`/sdk/stream?basis=${state}`);
  const first = await take(stream, 3);
  expect([intentOf(first), first[1]?.data.key]).toEqual(['xfer-changes', 'two']);
  await app.put(onOff('three', true));
  const second = await take(stream, 3);
  expect(names(second)).toEqual(['server-intent', 'put-object', 'payload-transferred']);
  expect(second[1]?.data).toMatchObject({ kind: 'flag', key: 'three', version: 1 });
  await app.remove('three');
  expect((await take(stream, 3))[1]).toEqual({
    event: 'delete-object',
    data: { kind: 'flag', key: 'three', version: 2 },
  });
  expect(intentOf(await poll('/sdk/poll', stateOf(second)))).toBe('xfer-changes');
});

describe.each<[string, string, Record<string, string>]>([
  ['browser', `?auth=${CLIENT_SIDE_ID}`, {}],
  ['mobile', '', { authorization: MOBILE_KEY }],
])('a %s', (_name, query, headers) => {
  test('polls its own answers, and nothing while it is level', async () => {
    const events = await poll(`/sdk/poll/eval/${anna}${query}`, undefined, headers);
    expect(names(events)).toEqual(['server-intent', 'put-object', 'put-object', 'payload-transferred']);
    expect(events[1]?.data).toMatchObject({
      kind: 'flag-eval',
      key: 'one',
      object: { value: true, flagVersion: 1 },
    });
    expect(events[1]?.data.object).not.toHaveProperty('version');
    expect(intentOf(await poll(`/sdk/poll/eval/${anna}${query}`, stateOf(events), headers))).toBe('none');
  });

  test('gets everything again when something changed, or when it is somebody else', async () => {
    const state = stateOf(await poll(`/sdk/poll/eval/${anna}${query}`, undefined, headers));
    expect(intentOf(await poll(`/sdk/poll/eval/${bert}${query}`, state, headers))).toBe('xfer-full');
    await app.put(onOff('two', true));
    expect(intentOf(await poll(`/sdk/poll/eval/${anna}${query}`, state, headers))).toBe('xfer-full');
  });

  test('posts its context instead', async () => {
    const response = await fetch(`${app.url}/sdk/poll/eval${query}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: Buffer.from(anna, 'base64url').toString(),
    });
    const { events } = (await response.json()) as { events: Transfer[] };
    expect(events).toEqual(await poll(`/sdk/poll/eval/${anna}${query}`, undefined, headers));
  });

  test('streams its own answers, and hears of changes of them alone', async () => {
    const stream = await open(`/sdk/stream/eval/${anna}${query}`, headers);
    await take(stream, 4);
    await app.put(onOff('two', false, { salt: 'other' }));
    await app.put(onOff('two', true));
    const events = await take(stream, 3);
    expect(names(events)).toEqual(['server-intent', 'put-object', 'payload-transferred']);
    expect(events[1]?.data).toMatchObject({
      kind: 'flag-eval',
      key: 'two',
      object: { value: true, flagVersion: 3 },
    });
    await app.remove('two');
    expect((await take(stream, 3))[1]).toMatchObject({
      event: 'delete-object',
      data: { kind: 'flag-eval', key: 'two' },
    });
  });
});

test('an unknown client-side ID is 404, no credential at all 401', async () => {
  expect((await fetch(`${app.url}/sdk/poll/eval/${anna}?auth=missing`)).status).toBe(404);
  expect((await fetch(`${app.url}/sdk/poll/eval/${anna}`)).status).toBe(401);
});
