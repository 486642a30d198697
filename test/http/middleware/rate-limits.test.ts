import type { Server } from 'node:http';
import express, { type RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createErrorHandler } from '../../../src/http/problems/error-handler.ts';
import { setPrincipal } from '../../../src/http/auth/principal.ts';
import { createRateLimits, type RateLimits } from '../../../src/http/middleware/rate-limits.ts';
import { Problem } from '../../../src/http/problems/problem.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

let clock: number;
let limits: RateLimits;
const log = createRecordingLogger();
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

beforeEach(() => {
  clock = 1_000_000;
  limits = createRateLimits({ now: () => clock });
});

const asKey: RequestHandler = (req, res, next) => {
  const keyId = req.get('x-key');
  if (keyId !== undefined) setPrincipal(res, { kind: 'token', name: keyId, role: 'admin', keyId });
  next();
};
/** Behind one proxy that is believed, so that tests can come from anywhere. */
const appOf = (limit: RequestHandler, proxies = 1): express.Express => {
  const app = express();
  app.set('trust proxy', proxies);
  app.use(asKey, limit, (req) => {
    const status = Number(req.get('x-answer') ?? 200);
    if (status === 200) req.res?.send('ok');
    else throw new Problem(status, 'bad_request', 'As asked.');
  });
  app.use(createErrorHandler({ log }));
  return app;
};
type Sender = (headers?: Record<string, string>) => request.Test;
const sender = (limit: RequestHandler, method: 'get' | 'put' = 'put', proxies = 1): Sender => {
  const agent = request(serve(appOf(limit, proxies)));
  return (headers = {}) => {
    const sent = method === 'get' ? agent.get('/') : agent.put('/');
    return sent.set({ 'x-forwarded-for': '192.0.2.1', ...headers });
  };
};
/** One server for all requests of a test, since opening one for each costs more than the request. */
const serve = (app: express.Express): Server => {
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  return server;
};
const times = async (count: number, send: () => request.Test): Promise<request.Response[]> => {
  const answers: request.Response[] = [];
  for (let i = 0; i < count; i += 1) answers.push(await send());
  return answers;
};

describe('200 writes in 10 s with one key', () => {
  test('are served and the 201st is 429, until the 10 s are over', async () => {
    const send = sender(limits.writes);
    const write = (): request.Test => send({ 'x-key': 'k1' });
    const answers = await times(200, write);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const last = await write();
    expect(last.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(last.headers).toMatchObject({
      'retry-after': '10',
      'ratelimit-policy': expect.stringContaining('q=200; w=10'),
      ratelimit: expect.stringContaining('r=0'),
      'x-ratelimit-limit': '200',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': expect.stringMatching(/^\d+$/),
    });
    clock += 9_999;
    expect((await write()).status).toBe(429);
    clock += 1;
    expect((await write()).status).toBe(200);
  });

  test('concern neither another key nor reads', async () => {
    const { writes } = createRateLimits({ now: () => clock, writes: { limit: 2, windowMs: 1000 } });
    const write = sender(writes);
    await times(2, () => write({ 'x-key': 'k1' }));
    expect((await write({ 'x-key': 'k1' })).status).toBe(429);
    expect((await write({ 'x-key': 'k2' })).status).toBe(200);
    expect((await sender(writes, 'get')({ 'x-key': 'k1' })).status).toBe(200);
  });

  test('without a key they count for the address', async () => {
    const { writes } = createRateLimits({ now: () => clock, writes: { limit: 2, windowMs: 1000 } });
    const write = sender(writes);
    await times(2, () => write());
    expect((await write()).status).toBe(429);
    expect((await write({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(200);
  });
});

describe('an address', () => {
  const few = (): RequestHandler =>
    createRateLimits({ now: () => clock, perAddress: { limit: 2, windowMs: 1000 } }).perAddress;

  test.each([
    ['the same IPv6 /56', '2001:db8:0:1::1', '2001:db8:0:ff::2', 429],
    ['another IPv6 /56', '2001:db8:0:1::1', '2001:db8:0:100::1', 200],
    ['IPv4, also when written as IPv6', '192.0.2.1', '::ffff:192.0.2.1', 429],
    ['another IPv4', '192.0.2.1', '192.0.2.2', 200],
  ])('is %s', async (_what, first, second, status) => {
    const send = sender(few());
    await times(2, () => send({ 'x-forwarded-for': first }));
    expect((await send({ 'x-forwarded-for': second })).status).toBe(status);
  });

  test('is not what a client makes up in front of the proxy that is believed', async () => {
    const send = sender(few());
    const forged = await Promise.all(
      Array.from({ length: 50 }, (_, i) => send({ 'x-forwarded-for': `198.51.100.${i}, 192.0.2.9` })),
    );
    expect(forged.filter(({ status }) => status === 200)).toHaveLength(2);
  });

  test('without a proxy is never taken from a header', async () => {
    const send = sender(few(), 'get', 0);
    const forged = await Promise.all(
      Array.from({ length: 50 }, (_, i) => send({ 'x-forwarded-for': `198.51.100.${i}` })),
    );
    expect(forged.filter(({ status }) => status === 200)).toHaveLength(2);
  });
});

describe('failed logins', () => {
  test('20 in a minute, then 429 before anything is checked', async () => {
    const send = sender(limits.failedLogins);
    const failed = await times(20, () => send({ 'x-answer': '401' }));
    expect(new Set(failed.map(({ status }) => status))).toEqual(new Set([401]));
    const refused = await send();
    expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers['retry-after']).toBe('60');
    expect((await send({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(200);
    clock += 60_000;
    expect((await send()).status).toBe(200);
  });

  test('a known token passes while others from its address are refused', async () => {
    const { failedLogins } = createRateLimits({
      now: () => clock,
      isKnownToken: (req) => req.get('x-key') === 'good',
    });
    const send = sender(failedLogins);
    await times(20, () => send({ 'x-answer': '401' }));
    expect((await send({ 'x-key': 'bad' })).status).toBe(429);
    expect((await send({ 'x-key': 'good' })).status).toBe(200);
  });

  test('good requests never look like bad ones, however many at once', async () => {
    const send = sender(limits.failedLogins);
    const answers = await Promise.all(Array.from({ length: 60 }, () => send()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('keys of programs that open nothing', () => {
  const isKnown = (req: express.Request): boolean => req.get('x-key') === 'good';
  const few = (): RateLimits =>
    createRateLimits({ now: () => clock, failedKeys: { limit: 3, windowMs: 60_000 } });

  test('100 in a minute, then 429 for all but good keys, until the minute is over', async () => {
    const send = sender(limits.failedKeys(isKnown));
    const failed = await times(100, () => send({ 'x-answer': '401' }));
    expect(new Set(failed.map(({ status }) => status))).toEqual(new Set([401]));
    const refused = await send({ 'x-answer': '401' });
    expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers['retry-after']).toBe('60');
    expect((await send({ 'x-key': 'good' })).status).toBe(200);
    expect((await send({ 'x-forwarded-for': '192.0.2.2', 'x-answer': '401' })).status).toBe(401);
    clock += 60_000;
    expect((await send({ 'x-answer': '401' })).status).toBe(401);
  });

  test('are counted together for all endpoints', async () => {
    const { failedKeys } = few();
    const [one, other] = [sender(failedKeys(isKnown)), sender(failedKeys(isKnown))];
    await times(2, () => one({ 'x-answer': '401' }));
    await other({ 'x-answer': '404' });
    expect((await one()).status).toBe(429);
    expect((await other()).status).toBe(429);
  });

  test.each(['200', '400', '403', '404', '413', '429', '503'])(
    'are not counted where the key was good and the answer was %s',
    async (answer) => {
      const send = sender(few().failedKeys(isKnown));
      const answers = await times(6, () => send({ 'x-key': 'good', 'x-answer': answer }));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([Number(answer)]));
      expect((await send({ 'x-answer': '401' })).status).toBe(401);
    },
  );

  test('are not counted while keys cannot be checked', async () => {
    const send = sender(few().failedKeys(isKnown));
    await times(6, () => send({ 'x-answer': '503' }));
    expect((await send({ 'x-answer': '401' })).status).toBe(401);
  });
});

test('a clock that is set back locks no client out', async () => {
  const { writes } = createRateLimits({ now: () => clock, writes: { limit: 2, windowMs: 1000 } });
  const send = sender(writes);
  await times(2, () => send({ 'x-key': 'k1' }));
  expect((await send({ 'x-key': 'k1' })).status).toBe(429);
  clock -= 3_600_000;
  expect((await send({ 'x-key': 'k1' })).status).toBe(200);
});
