import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { appOf, listen } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
import { startServer } from '../../../src/app/server.ts';
import { askAs } from '../../support/attacked-program.ts';
import { startApp } from '../../support/running-app.ts';

test('10,000 pipelined requests cut their connection, and other clients are served', async () => {
  const app = await startApp();
  const { port, hostname } = new URL(app.url);
  const flood = 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(10_000);
  let received = 0;
  const sockets = Array.from({ length: 5 }, () => connect(Number(port), hostname));
  const closed = sockets.map(async (socket) => {
    socket.on('data', (chunk) => (received += chunk.length));
    socket.on('error', () => {});
    socket.write(flood);
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => resolve());
    await promise;
  });
  expect((await fetch(`${app.url}/health`)).status).toBe(200);
  await Promise.all(closed);
  const document = (await (await fetch(`${app.url}/openapi.json`)).arrayBuffer()).byteLength;
  expect(received).toBeLessThan(5 * 9 * document);
});

test('a connection that sends nothing is closed, although its client keeps its side open', async () => {
  const log = createRecordingLogger();
  const live = await listen(
    appOf(log, (_req, res) => void res.send('ok')),
    log,
    {
      headersTimeout: 50,
      requestTimeout: 50,
      connectionsCheckingInterval: 20,
    },
  );
  const socket = connect({ port: live.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.resume();
  const serverSide = (await once(live.server, 'connection'))[0] as { destroyed: boolean };
  await once(socket, 'end');
  await expect.poll(() => serverSide.destroyed).toBe(true);
  socket.destroy();
  await live.close();
});

test(
  'one address cannot have all sockets, so that another client is served',
  { skip: process.platform !== 'linux' },
  async () => {
    const server = await startServer(
      (_req, res) => res.end('ok'),
      { host: '127.0.0.1', port: 0 },
      { maxConnections: 30 },
    );
    const sockets = Array.from({ length: 60 }, () => connect(server.port, '127.0.0.1'));
    const state = { closed: 0 };
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.resume().on('close', () => (state.closed += 1));
    }
    await expect.poll(() => state.closed).toBe(40);
    expect((await askAs('127.0.0.2', server.url.replace('localhost', '127.0.0.1'), '/')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await server.stop(100);
  },
);
