import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { appOf, listen } from '../../support/middleware-app.ts';
import { createRecordingLogger } from '../../support/recording-logger.ts';
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
