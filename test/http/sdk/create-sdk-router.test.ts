import { afterEach, describe, expect, test } from 'vitest';
import { createOfrepRouter } from '../../../src/http/ofrep/create-ofrep-router.ts';
import {
  CLIENT_SIDE_ID,
  MOBILE_KEY,
  onOff,
  SDK_KEY,
  startSdkApp,
  type SdkApp,
  type SdkAppOptions,
} from '../../support/sdk-app.ts';

let app: SdkApp | undefined;
let close: () => void = () => {};
afterEach(async () => {
  close();
  await app?.close();
  app = undefined;
});

async function start(rateLimits: SdkAppOptions['rateLimits']): Promise<void> {
  app = await startSdkApp({
    seed: { flags: { plain: onOff('plain', true) }, segments: {} },
    ...(rateLimits === undefined ? {} : { rateLimits }),
    routers: (parts) => {
      const ofrep = createOfrepRouter(parts);
      close = () => ofrep.close();
      return [ofrep.router];
    },
  });
}

const ANNA = Buffer.from('{"kind":"user","key":"anna"}').toString('base64url');
const JSON_TYPE = { 'content-type': 'application/json' };

/** One request to each endpoint, by default with a valid key. */
const at = (sdk = SDK_KEY, mobile = MOBILE_KEY, id = CLIENT_SIDE_ID) => ({
  polls: [
    ['GET', '/sdk/latest-all', sdk],
    ['GET', '/sdk/flags', sdk],
    ['GET', '/sdk/flags/plain', sdk],
    ['GET', '/sdk/poll', sdk],
    ['GET', `/sdk/evalx/contexts/${ANNA}`, sdk],
    ['GET', `/sdk/evalx/${id}/contexts/${ANNA}`, ''],
    ['GET', `/sdk/goals/${id}`, ''],
    ['GET', `/sdk/poll/eval/${ANNA}?auth=${id}`, ''],
    ['GET', `/msdk/evalx/contexts/${ANNA}`, mobile],
    ['GET', `/sdk/poll/eval/${ANNA}`, mobile],
    ['POST', '/ofrep/v1/evaluate/flags', sdk],
    ['POST', '/ofrep/v1/evaluate/flags/plain', id],
  ],
  streams: [
    ['GET', '/all', sdk],
    ['GET', '/sdk/stream', sdk],
    ['GET', `/eval/${id}/${ANNA}`, ''],
    ['GET', `/sdk/stream/eval/${ANNA}?auth=${id}`, ''],
    ['GET', `/ping/${id}`, ''],
    ['GET', `/ofrep/v1/event-streams/${id}`, ''],
    ['GET', `/meval/${ANNA}`, mobile],
  ],
  reports: [
    ['POST', '/bulk', sdk],
    ['POST', '/diagnostic', sdk],
    ['POST', '/mobile', mobile],
    ['POST', `/events/bulk/${id}`, ''],
  ],
});

type Ask = readonly string[];

async function statusOf([method = '', path = '', key = '']: Ask): Promise<number> {
  const response = await fetch(`${app?.url}${path}`, {
    method,
    headers: { ...(key === '' ? {} : { authorization: key }), ...(method === 'POST' ? JSON_TYPE : {}) },
    ...(method === 'POST'
      ? { body: path.startsWith('/ofrep') ? '{"context":{"targetingKey":"anna"}}' : '[]' }
      : {}),
  });
  if (response.status === 429) {
    expect(await response.json()).toMatchObject({ code: 'rate_limited' });
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
  } else await response.body?.cancel();
  return response.status;
}

async function statusesOf(asked: readonly Ask[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const each of asked) statuses.push(await statusOf(each));
  return [...new Set(statuses)].toSorted((a, b) => a - b);
}

const good = at();
const bad = at('sdk-unknown', 'mob-unknown', 'unknown-id');
const everything = ({ polls, streams, reports }: typeof good): readonly Ask[] => [
  ...polls,
  ...streams,
  ...reports,
];

describe('keys that open nothing', () => {
  test('are 401 and 404 up to the limit, then 429 at every endpoint, while valid keys are served', async () => {
    await start({ failedKeys: { limit: everything(bad).length, windowMs: 60_000 } });
    expect(await statusesOf(everything(bad))).toEqual([401, 404]);
    expect(await statusesOf(everything(bad))).toEqual([429]);
    expect(await statusesOf(everything(good))).toEqual([200, 202]);
  });

  test('are told from what is not there: a flag that is none may be asked for as often as one likes', async () => {
    await start({ failedKeys: { limit: 2, windowMs: 60_000 } });
    const missing: readonly Ask[] = Array.from({ length: 5 }, () => ['GET', '/sdk/flags/missing', SDK_KEY]);
    expect(await statusesOf(missing)).toEqual([404]);
    expect(await statusOf(['GET', '/sdk/latest-all', 'sdk-unknown'])).toBe(401);
  });
});

describe('polls and evaluations from one address', () => {
  test('are 429 over their limit; streams and reports of events go on', async () => {
    await start({ evaluations: { limit: good.polls.length, windowMs: 60_000 } });
    expect(await statusesOf(good.polls)).toEqual([200]);
    expect(await statusesOf(good.polls)).toEqual([429]);
    expect(await statusesOf(good.streams)).toEqual([200]);
    expect(await statusesOf(good.reports)).toEqual([202]);
  });

  test('may be read by pages of other origins when they are refused, so that their SDKs try again', async () => {
    await start({ evaluations: { limit: 0, windowMs: 60_000 } });
    for (const path of [`/sdk/evalx/${CLIENT_SIDE_ID}/contexts/${ANNA}`, '/ofrep/v1/evaluate/flags']) {
      const response = await fetch(`${app?.url}${path}`, {
        method: path.startsWith('/ofrep') ? 'POST' : 'GET',
        headers: { origin: 'https://shop.example' },
      });
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([429, '*']);
      await response.body?.cancel();
    }
  });
});

test('every poll of something large is compressed', async () => {
  await start({});
  const long = 'x'.repeat(2_000);
  await app?.put(onOff('plain', true, { variations: [long, long] }));
  const polls = at().polls.filter(([, path = '']) => !path.includes('goals') && !path.startsWith('/ofrep'));
  const encodings = await Promise.all(
    polls.map(async ([, path = '', authorization = '']) => {
      const headers = { authorization, 'accept-encoding': 'gzip' };
      const response = await fetch(`${app?.url}${path}`, { headers });
      return [path, response.headers.get('content-encoding'), (await response.text()).includes(long)];
    }),
  );
  expect(encodings).toEqual(polls.map(([, path]) => [path, 'gzip', true]));
});
