import { connect } from 'node:net';
import { once } from 'node:events';
import express, { type RequestHandler } from 'express';
import request from 'supertest';
import { beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/http/middleware/create-logger.ts';
import { createMetrics, type Metrics } from '../../../src/http/middleware/metrics.ts';
import { observeRequests } from '../../../src/http/middleware/observe-requests.ts';
import { openEventStream } from '../../../src/http/sse/event-stream.ts';
import { appOf, listen } from '../../support/middleware-app.ts';

let written: string[];
let metrics: Metrics;
let clock: number;
const lines = (): Record<string, unknown>[] =>
  written.map((line) => JSON.parse(line) as Record<string, unknown>);
const metricLines = async (start: string): Promise<string[]> =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(start));

beforeEach(() => {
  written = [];
  clock = 0;
  metrics = createMetrics({ ofProcess: false });
});

function appWith(handler: RequestHandler, level: 'info' | 'warn' = 'info') {
  const log = createLogger({
    level,
    destination: { write: (line) => void written.push(line) },
    now: Date.now,
  });
  const observe = observeRequests({ log, metrics, now: () => clock, newId: () => 'r-1' });
  return { log, app: appOf(log, observe, handler) };
}

const serve: RequestHandler = (req, res) => {
  if (req.path === '/broken') throw new Error('disk 7');
  clock += 750;
  res.send('ok');
};

test('each request has one log line, without query, headers or body', async () => {
  await request(appWith(serve).app)
    .put('/flags/a?user=alice&token=x')
    .set('authorization', 'Bearer mine')
    .send({ secret: 1 });
  expect(lines()).toEqual([
    {
      level: 'info',
      time: expect.any(String),
      requestId: 'r-1',
      method: 'PUT',
      path: '/flags/a',
      status: 200,
      ms: 750,
      address: expect.any(String),
      msg: 'request',
    },
  ]);
  expect(written.join('')).not.toMatch(/alice|mine|secret|token/);
});

test('the request id is the service’s own, whatever the client sends', async () => {
  const response = await request(appWith(serve).app).get('/').set('x-request-id', 'forged');
  expect(response.headers['x-request-id']).toBe('r-1');
});

test('a failure and its request are logged with the same id', async () => {
  await request(appWith(serve).app).get('/broken');
  expect(lines().map(({ level, requestId, msg }) => [level, requestId, msg])).toEqual([
    ['error', 'r-1', 'request failed'],
    ['error', 'r-1', 'request'],
  ]);
});

test('with LOG_LEVEL=warn only failed requests are logged', async () => {
  const { app } = appWith(serve, 'warn');
  await request(app).get('/');
  await request(app).get('/broken');
  expect(lines().map(({ msg }) => msg)).toEqual(['request failed', 'request']);
});

test('encoded line breaks in a path stay in one log line', async () => {
  await request(appWith(serve).app).get('/a%0d%0aforged%1b%e2%80%ae');
  expect(lines()).toHaveLength(1);
});

test('a stream is logged when it opens, and has no duration', async () => {
  const { app, log } = appWith((req, res) => void openEventStream(req, res));
  const live = await listen(app, log);
  const socket = connect(live.port, '127.0.0.1', () => {
    socket.write('GET /all HTTP/1.1\r\nHost: a\r\n\r\n');
  });
  await once(socket, 'data');
  socket.destroy();
  await live.close();
  expect(lines()).toEqual([expect.objectContaining({ msg: 'stream', path: '/all', requestId: 'r-1' })]);
  expect(await metricLines('djtoggle_request_duration_seconds_count')).toEqual([]);
});

test('a request that only asks for a stream is logged and timed like any other', async () => {
  await request(appWith(serve).app).get('/all').set('accept', 'text/event-stream');
  expect(lines()).toEqual([expect.objectContaining({ msg: 'request', status: 200 })]);
  expect(await metricLines('djtoggle_request_duration_seconds_count')).toHaveLength(1);
});

test('durations are by the pattern of the route, never by the path', async () => {
  const api = express.Router();
  api.get('/flags/:name', serve);
  const { app } = appWith(express.Router().use('/v1', api));
  for (const path of ['/v1/flags/a', '/v1/flags/b', '/made-up-1', '/made-up-2']) await request(app).get(path);
  expect(await metricLines('djtoggle_request_duration_seconds_count')).toEqual([
    'djtoggle_request_duration_seconds_count{method="GET",route="/v1/flags/:name",status="200"} 2',
    'djtoggle_request_duration_seconds_count{method="GET",route="(none)",status="404"} 2',
  ]);
});

test('the duration lasts to the end of the response', async () => {
  await request(appWith(serve).app).get('/');
  expect(await metricLines('djtoggle_request_duration_seconds_sum')).toEqual([
    'djtoggle_request_duration_seconds_sum{method="GET",route="(none)",status="200"} 0.75',
  ]);
});
