import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startPageReaders } from '../support/page-readers.ts';
import { startApp, type RunningApp } from '../support/running-app.ts';
import { openSse } from '../support/sse-client.ts';

const openStreams = async (app: RunningApp, client: 'site' | 'sdk'): Promise<number> => {
  const metrics = await fetch(`${app.url}/metrics`, {
    headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}` },
  });
  return Number(
    new RegExp(`^djtoggle_streams\\{client="${client}"\\} (\\d+)$`, 'm').exec(await metrics.text())?.[1],
  );
};

const change = async (app: RunningApp, body: object): Promise<void> => {
  const response = await fetch(`${app.url}/flags/progressive-rollout`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${app.key('ADMIN_TOKEN')}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
};

/** Asks for a stream and never reads it. */
async function stalledReader(app: RunningApp, path: string, authorization = ''): Promise<Socket> {
  const socket = connect(app.port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.pause();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: ${authorization}\r\n\r\n`,
  );
  return socket;
}

test('300 pages that never read their stream harm neither the page that does nor those that load', async () => {
  const app = await startApp();
  const stalled = await Promise.all(Array.from({ length: 300 }, () => stalledReader(app, '/events')));
  const reader = await openSse(`${app.url}/events?user=alice`);
  await expect.poll(() => openStreams(app, 'site')).toBe(301);
  const readers = startPageReaders(app.url);
  for (let round = 1; round <= 10; round += 1) {
    await change(app, { rollout_percentage: 100 });
    expect(await reader.next()).toMatchObject({ event: 'version', data: { version: 'database' } });
    await change(app, { rollout_percentage: 0 });
    expect(await reader.next()).toMatchObject({ event: 'version', data: { version: 'json' } });
  }
  expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
  for (const socket of stalled) socket.destroy();
  await expect.poll(() => openStreams(app, 'site')).toBe(1);
  reader.close();
  await expect.poll(() => openStreams(app, 'site')).toBe(0);
});

test('SDKs that never read are dropped when the system takes no more for them, and the one that reads misses nothing', async () => {
  const app = await startApp();
  const key = app.key('SDK_KEY');
  await Promise.all(Array.from({ length: 10 }, () => stalledReader(app, '/all', key)));
  const reader = await openSse(`${app.url}/all`, { headers: { authorization: key } });
  expect(await reader.next()).toMatchObject({ event: 'put' });
  await expect.poll(() => openStreams(app, 'sdk')).toBe(11);
  const readers = startPageReaders(app.url);

  const filler = Array.from({ length: 3 }, (_, nth) => String(nth).repeat(60_000));
  let rounds = 0;
  // What the system itself holds for a socket is its own affair: a few megabytes.
  while ((await openStreams(app, 'sdk')) > 1) {
    rounds += 1;
    expect(rounds).toBeLessThan(100);
    await change(app, {
      definition: {
        on: true,
        variations: [true, false, ...filler, rounds],
        offVariation: 1,
        fallthrough: { variation: 1 },
      },
    });
    expect(await reader.next()).toMatchObject({
      event: 'patch',
      data: { data: { variations: expect.arrayContaining([rounds]) } },
    });
  }
  expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
  reader.close();
});

test('500 streams that come and go, some before they are answered, leave nothing behind', async () => {
  const app = await startApp();
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(String(warning));
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  const sockets = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCPSocket')).length;
  const before = sockets();

  const comeAndGo = async (nth: number): Promise<void> => {
    const [path, authorization] =
      nth % 3 === 0 ? (['/all', app.key('SDK_KEY')] as const) : (['/events', ''] as const);
    const socket = await stalledReader(app, path, authorization);
    if (nth % 2 === 0) await once(socket, 'readable');
    socket.destroy();
  };
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 50 }, (_, nth) => comeAndGo(nth)));
    await change(app, { rollout_percentage: round });
  }
  await expect.poll(() => openStreams(app, 'site')).toBe(0);
  await expect.poll(() => openStreams(app, 'sdk')).toBe(0);
  // The client of the last question keeps its connection for the next one.
  await expect.poll(sockets).toBeLessThanOrEqual(before + 2);
  expect(warnings).toEqual([]);
});
