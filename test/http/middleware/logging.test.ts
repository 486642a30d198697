import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import { createLogger, requestLog } from '../../../src/http/middleware/logging.ts';
import { requestIds } from '../../../src/http/middleware/request-id.ts';
import { loggablePath } from '../../../src/http/middleware/loggable-path.ts';
import { generateKey } from '../../../src/access/key-format.ts';
import { appOf } from '../../support/middleware-app.ts';

let written: string[];
const destination = { write: (line: string): void => void written.push(line) };
const lines = (): Record<string, unknown>[] =>
  written.map((line) => JSON.parse(line) as Record<string, unknown>);

beforeEach(() => {
  written = [];
});

describe('no key is ever written', () => {
  const keys = (['admin', 'sdk', 'mobile'] as const).map((kind) => generateKey(kind, randomBytes));
  const configured = 'the "first" token\\of all';
  const everyKey = [...keys, configured];

  test.each(everyKey.map((key) => [key.slice(0, 8), key]))('%s…', (_start, key) => {
    const log = createLogger({ level: 'trace', destination, secrets: [configured] });
    log.info({ req: { headers: { authorization: key, cookie: `a=${key}` } } }, 'request');
    log.info({ headers: { 'x-api-key': key, 'set-cookie': [key] } }, 'answer');
    log.info(
      { authorization: `Bearer ${key}`, url: `/all?auth=${key}`, deep: { er: [{ key }] } },
      `with ${key}`,
    );
    log.error({ err: new Error(`cannot use ${key}`, { cause: new Error(key) }) }, 'failed');
    log.child({ key }).warn('child');
    expect(written).toHaveLength(5);
    for (const part of [key, JSON.stringify(key).slice(1, -1)]) expect(written.join('')).not.toContain(part);
    expect(() => lines()).not.toThrow();
  });
});

test.each([
  ['line breaks', 'a\r\n{"level":"error","msg":"forged"}'],
  ['terminal colours', '\u001b[31mred\u001b[0m'],
  ['a NUL', 'a\0b'],
])('%s stay inside their one line', (_what, text) => {
  const log = createLogger({ level: 'info', destination });
  log.warn({ name: text }, text);
  expect(written).toHaveLength(1);
  expect(written[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(lines()[0]).toMatchObject({ level: 'warn', name: text, msg: text });
});

test('lines carry a level by name and a time in ISO 8601', () => {
  const log = createLogger({ level: 'warn', destination });
  log.info({}, 'too quiet');
  log.warn({}, 'heard');
  expect(lines()).toEqual([
    { level: 'warn', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), msg: 'heard' },
  ]);
});

describe('the log of requests', () => {
  const serve: RequestHandler = (req, res) => {
    if (req.path === '/broken') throw new Error('disk 7');
    res.send('ok');
  };
  const app = () => {
    const log = createLogger({ level: 'info', destination });
    return appOf(
      log,
      requestIds(() => 'r-1'),
      requestLog(log),
      serve,
    );
  };

  test('has one line for each, without query, headers or body', async () => {
    await request(app())
      .put('/flags/a?user=alice&token=x')
      .set('authorization', 'Bearer mine')
      .send({ secret: 1 });
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        requestId: 'r-1',
        method: 'PUT',
        path: '/flags/a',
        status: 200,
        address: expect.any(String),
        ms: expect.any(Number),
        msg: 'request',
      }),
    ]);
    expect(written.join('')).not.toMatch(/alice|mine|secret|token/);
  });

  test('joins a fault to its request by the id', async () => {
    await request(app()).get('/broken');
    expect(lines().map(({ level, requestId, msg }) => [level, requestId, msg])).toEqual([
      ['error', 'r-1', 'request failed'],
      ['error', 'r-1', 'request'],
    ]);
  });

  test('has a line for a stream when it opens', async () => {
    await request(app()).get('/all').set('accept', 'text/event-stream');
    expect(lines()).toEqual([expect.objectContaining({ msg: 'stream', path: '/all', requestId: 'r-1' })]);
  });

  test('has one line even for a path with encoded line breaks', async () => {
    await request(app()).get('/a%0d%0aforged%1b%e2%80%ae');
    expect(lines()).toHaveLength(1);
  });
});

const ENV = 'env-of-the-page';
const B64 = Buffer.from('{"kind":"user","key":"alice"}').toString('base64url');
const KEY = generateKey('sdk', randomBytes);
test.each([
  ['/flags/progressive-rollout', '/flags/progressive-rollout'],
  ['/?user=alice', '/'],
  [`/sdk/evalx/${ENV}/contexts/${B64}?h=1`, '/sdk/evalx/*/contexts/*'],
  [`/sdk/evalx/${ENV}/context`, '/sdk/evalx/*/context'],
  [`/msdk/evalx/users/${B64}`, '/msdk/evalx/users/*'],
  [`/eval/${ENV}/${B64}`, '/eval/*/*'],
  [`/meval/${B64}`, '/meval/*'],
  [`/ping/${ENV}`, '/ping/*'],
  [`/events/bulk/${ENV}`, '/events/bulk/*'],
  [`/a/${ENV}.gif?d=${B64}`, '/a/*'],
  [`/sdk/goals/${ENV}`, '/sdk/goals/*'],
  [`/sdk/poll/eval/${B64}?auth=${ENV}`, '/sdk/poll/eval/*'],
  [`/sdk/stream?basis=${ENV}`, '/sdk/stream'],
  ['/users/alice/flags/dark', '/users/*/flags/*'],
  ['/events', '/events'],
  [`/keys/${KEY}`, '/keys/*'],
])('%s is logged as %s', (url, logged) => {
  expect(loggablePath(url)).toBe(logged);
});
