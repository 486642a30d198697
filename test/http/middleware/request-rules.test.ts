import { once } from 'node:events';
import { connect } from 'node:net';
import type { RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loopbackHostOnly, onlyMethods, requestRules } from '../../../src/http/middleware/request-rules.ts';
import { appOf, listen, type LiveServer, sendRaw } from '../../support/middleware-app.ts';
import { createRecordingLogger, type RecordingLogger } from '../../support/recording-logger.ts';

let log: RecordingLogger;
let live: LiveServer;
let handled: number;

const counting: RequestHandler = (_req, res) => {
  handled += 1;
  res.type('text').send('ok');
};

beforeEach(async () => {
  log = createRecordingLogger();
  handled = 0;
  live = await listen(appOf(log, requestRules, counting), log);
});

afterEach(() => live.close());

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const healthy = async (): Promise<boolean> => (await fetch(live.url)).status === 200;

describe('what is not one clean HTTP/1.1 request', () => {
  test.each([
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'Content-Length and Transfer-Encoding',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n'],
    ['bare line feeds', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['no request at all', 'FOO\r\n\r\n'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n'],
  ])('%s is 400, the connection ends, no handler runs', async (_what, bytes) => {
    const answer = await sendRaw(live.port, bytes);
    expect(statusOf(answer)).toBe(400);
    expect(handled).toBe(0);
    expect(log.lines.length).toBeLessThanOrEqual(1);
    expect(await healthy()).toBe(true);
  });

  test('is answered in the one form that errors have, and logged once without its content', async () => {
    const answer = await sendRaw(live.port, 'SECRET djt_adm_0 \r\n\r\n');
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({
      status: 400,
      code: 'bad_request',
    });
    expect(log.lines).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('djt_adm');
  });

  test('two Host headers are 400 and end the connection', async () => {
    const answer = await sendRaw(live.port, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
    expect(statusOf(answer)).toBe(400);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(handled).toBe(0);
    expect(await healthy()).toBe(true);
  });
});

describe('too much of it', () => {
  test.each([
    ['a header of 16 KB', `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${'b'.repeat(16_400)}\r\n\r\n`],
    ['a URL of 16 KB', `GET /${'b'.repeat(16_400)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['1,500 headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(1_500)}Connection: close\r\n\r\n`],
    ['101 headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(99)}Connection: close\r\n\r\n`],
  ])('%s is 431', async (_what, bytes) => {
    const answer = await sendRaw(live.port, bytes);
    expect(statusOf(answer)).toBe(431);
    expect(answer).toContain('"code":"too_many_headers"');
    expect(handled).toBe(0);
    expect(await healthy()).toBe(true);
  });

  test('100 headers are served', async () => {
    const bytes = `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(98)}Connection: close\r\n\r\n`;
    expect(statusOf(await sendRaw(live.port, bytes))).toBe(200);
  });
});

describe('odd, but a request', () => {
  const close = 'Connection: close\r\n\r\n';
  test.each([
    ['a header named __proto__', `GET / HTTP/1.1\r\nHost: a\r\n__proto__: x\r\n${close}`, 200],
    ['Expect: banana', `GET / HTTP/1.1\r\nHost: a\r\nExpect: banana\r\n${close}`, 417],
    [
      'Upgrade: websocket, which is ignored',
      `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: close, upgrade\r\n\r\n`,
      200,
    ],
    ['TRACE', `TRACE / HTTP/1.1\r\nHost: a\r\n${close}`, 405],
    ['a path that does not decode', `GET /flags/%E0%A4%A HTTP/1.1\r\nHost: a\r\n${close}`, 400],
    ['an overlong dot', `GET /%c0%ae%c0%ae/ HTTP/1.1\r\nHost: a\r\n${close}`, 400],
    ['a NUL in the path, which only a route can judge', `GET /a%00b HTTP/1.1\r\nHost: a\r\n${close}`, 200],
  ])('%s', async (_what, bytes, status) => {
    expect(statusOf(await sendRaw(live.port, bytes))).toBe(status);
    expect(await healthy()).toBe(true);
  });

  test('TRACE echoes nothing and names the methods', async () => {
    const answer = await sendRaw(live.port, `TRACE / HTTP/1.1\r\nHost: a\r\nCookie: mine\r\n${close}`);
    expect(answer).toMatch(/^allow: GET/im);
    expect(answer).not.toContain('mine');
  });
});

test('who sends slowly is cut off', async () => {
  const slow = await listen(appOf(log, counting), log, {
    headersTimeout: 150,
    requestTimeout: 300,
    connectionsCheckingInterval: 50,
  });
  const answers = await Promise.all([
    sendRaw(slow.port, 'GET / HTTP/1.1\r\nHost: a\r\n'),
    sendRaw(slow.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc'),
  ]);
  expect(statusOf(answers[0])).toBe(408);
  // The body's reader has answered before the rest came, or the time was up: cut it is either way.
  expect([200, 408]).toContain(statusOf(answers[1]));
  await slow.close();
});

test('a connection that breaks in the middle is no event for the log', async () => {
  const socket = connect(live.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHo');
  socket.resetAndDestroy();
  expect(await healthy()).toBe(true);
  expect(log.lines).toEqual([]);
});

describe('methods of a known path', () => {
  const app = appOf(log ?? createRecordingLogger(), (req, res, next) => {
    if (req.method === 'GET') res.send('ok');
    else onlyMethods('GET', 'REPORT')(req, res, next);
  });
  test.each([
    ['get', 200],
    ['put', 405],
    ['delete', 405],
    ['options', 204],
  ] as const)('%s', async (method, status) => {
    const answer = await request(app)[method]('/');
    expect(answer.status).toBe(status);
    if (method !== 'get') expect(answer.headers['allow']).toBe('GET, REPORT, HEAD, OPTIONS');
  });
});

test.each([
  ['localhost', 200],
  ['localhost:3000', 200],
  ['127.0.0.1:3000', 200],
  ['[::1]:3000', 200],
  ['evil.example', 403],
  ['localhost.evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['evil@localhost', 403],
])('with AUTH=off the host %s is %i', async (host, status) => {
  const app = appOf(createRecordingLogger(), loopbackHostOnly, counting);
  expect((await request(app).get('/').set('host', host)).status).toBe(status);
});
