import { connect, type Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { takeTurns, type TakeTurnsOptions } from '../../../src/http/middleware/take-turns.ts';
import { askAs } from '../../support/attacked-program.ts';
import { appOf, listen, type LiveServer } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';

/** A server where each request takes as long as a whole turn. */
async function busyServer(options: Partial<TakeTurnsOptions> = {}) {
  let now = 0;
  const begun: string[] = [];
  const serve: RequestHandler = (req, res) => {
    now += 10;
    begun.push(req.url);
    res.send('ok');
  };
  const log = createRecordingLogger();
  const live = await listen(appOf(log, takeTurns({ now: () => now, ...options }), serve), log);
  onTestFinished(() => live.close());
  return { live, begun };
}

/** So many requests at once on one connection, which is read to its end. */
function flood({ port }: LiveServer, requests: number): { socket: Socket; statuses: () => string[] } {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString()));
  socket.on('error', () => {});
  socket.write('GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(requests));
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    statuses: () => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code ?? ''),
  };
}

test('a request of another address comes before those that wait', async () => {
  const { live, begun } = await busyServer();
  const { statuses } = flood(live, 1_000);
  await expect.poll(() => begun.length).toBeGreaterThan(0);
  expect((await askAs('127.0.0.2', live.url, '/other')).status).toBe(200);
  expect(begun.indexOf('/other')).toBeLessThan(1_000);
  await expect.poll(() => statuses().length).toBe(1_000);
  expect(new Set(statuses())).toEqual(new Set(['200']));
});

test('requests whose client hung up before their turn are not begun', async () => {
  const { live, begun } = await busyServer();
  const { socket } = flood(live, 1_000);
  socket.once('data', () => socket.destroy());
  await expect.poll(() => begun.length).toBeGreaterThan(0);
  expect((await askAs('127.0.0.2', live.url, '/after')).status).toBe(200);
  expect((await askAs('127.0.0.1', live.url, '/after')).status).toBe(200);
  expect(begun.length).toBeLessThan(1_000);
});

test('an address with more requests waiting than it may have gets 503', async () => {
  const { live } = await busyServer({ mostWaiting: 3 });
  const { socket, statuses } = flood(live, 6);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  await promise;
  expect(statuses()).toEqual(['200', '200', '200', '200', '503']);
});

test('what is thrown by a request that waited is an error of that request', async () => {
  const log = createRecordingLogger();
  let now = 0;
  const fail: RequestHandler = () => {
    now += 10;
    throw new Error('broken');
  };
  const live = await listen(appOf(log, takeTurns({ now: () => now }), fail), log);
  onTestFinished(() => live.close());
  const { statuses } = flood(live, 3);
  await expect.poll(statuses).toEqual(['500', '500', '500']);
});
