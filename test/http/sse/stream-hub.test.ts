import { afterEach, expect, test } from 'vitest';
import { encodeEvent } from '../../../src/http/sse/encode-event.ts';
import { openEventStream } from '../../../src/http/sse/event-stream.ts';
import { createStreamHub, type StreamHub, type StreamHubOptions } from '../../../src/http/sse/stream-hub.ts';
import { listen, openRaw, type ListeningServer, type RawReader } from './stream-client.ts';

let server: ListeningServer | undefined;
let hub: StreamHub | undefined;
afterEach(async () => {
  hub?.close();
  await server?.close();
});

/** Every path is a group; `first` is what a stream gets on joining. */
async function streaming(options: Partial<StreamHubOptions> = {}, first?: Buffer) {
  const errors: unknown[] = [];
  const streams = createStreamHub({
    now: Date.now,
    random: () => 0.5,
    onError: (error) => errors.push(error),
    ...options,
  });
  const listening = await listen((req, res) => streams.join(req.url ?? '', openEventStream(req, res), first));
  hub = streams;
  server = listening;
  const join = async (path: string, reading = true): Promise<RawReader> => {
    const before = streams.counts().opened;
    const reader = await openRaw(listening.port, { path, reading });
    await expect.poll(() => streams.counts().opened).toBe(before + 1);
    return reader;
  };
  return { streams, join, port: listening.port, errors };
}

const event = (data: string): Buffer => encodeEvent({ data });

test('a broadcast reaches every stream of its group, in order, after the first chunk, and no other', async () => {
  const { streams, join } = await streaming({}, event('first'));
  const readers = [await join('/a'), await join('/a')];
  const stranger = await join('/b');
  for (const data of ['1', '2', '3']) streams.broadcast('/a', event(data));
  await streams.settled();
  for (const reader of readers) {
    await expect.poll(() => reader.body()).toBe('data: first\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n');
  }
  expect(stranger.body()).toBe('data: first\n\n');
  expect(streams.size('/a')).toBe(2);
});

test('a broadcast to more than one batch keeps its order and lets other work in between', async () => {
  const { streams, join } = await streaming();
  const readers = await Promise.all(
    Array.from({ length: 450 }, () => openRaw(server?.port ?? 0, { path: '/' })),
  );
  await expect.poll(() => streams.size('/')).toBe(450);
  const late = event('1');
  streams.broadcast('/', late);
  const newcomer = await join('/');
  streams.broadcast('/', event('2'));
  await streams.settled();
  for (const reader of readers) await expect.poll(() => reader.body()).toBe('data: 1\n\ndata: 2\n\n');
  await expect.poll(() => newcomer.body()).toBe('data: 2\n\n');
});

test('each stream may get bytes of its own, or none', async () => {
  const { streams, join } = await streaming();
  const [one, two] = [await join('/'), await join('/')];
  let calls = 0;
  streams.broadcastEach('/', () => {
    calls += 1;
    return calls === 1 ? event('only the first') : undefined;
  });
  await expect.poll(() => one.body()).toBe('data: only the first\n\n');
  expect(two.body()).toBe('');
});

test('a render that throws costs its own stream the event and the others nothing', async () => {
  const { streams, join, errors } = await streaming();
  const [, two] = [await join('/'), await join('/')];
  let calls = 0;
  streams.broadcastEach('/', () => {
    calls += 1;
    if (calls === 1) throw new RangeError('this one');
    return event('for the rest');
  });
  expect(errors).toEqual([new RangeError('this one')]);
  await expect.poll(() => two.body()).toBe('data: for the rest\n\n');
});

test('a consumer that never reads is dropped, and the others miss nothing', async () => {
  const { streams, join } = await streaming();
  const stalled = await join('/', false);
  const healthy = await join('/');
  const chunk = event('x'.repeat(256 * 1024));
  let sent = 0;
  while (streams.counts().dropped === 0 && sent < 200) {
    streams.broadcast('/', chunk);
    sent += 1;
    await expect.poll(() => healthy.body().length, { interval: 1 }).toBe(sent * chunk.length);
  }
  expect(streams.counts()).toMatchObject({ dropped: 1, open: 1 });
  stalled.socket.destroy();
});

test('a consumer that leaves bytes unread for too long is dropped', async () => {
  const big = Buffer.alloc(16 * 1024 * 1024, 'data: x\n');
  const { streams, join } = await streaming({ stallMs: 60, heartbeatMs: 20 }, big);
  await join('/', false);
  await expect.poll(() => streams.counts()).toMatchObject({ dropped: 1, open: 0 });
});

test('an idle stream hears a heartbeat', async () => {
  const { join } = await streaming({ heartbeatMs: 15 });
  const reader = await join('/');
  await expect.poll(() => reader.body()).toMatch(/^(:\n\n){2,}$/);
});

test('draining tells each stream when to come back, within the spread, and turns newcomers away', async () => {
  let call = 0;
  const { streams, join, port } = await streaming({ random: () => [0.1, 0.9, 0.4][call++] ?? 0 });
  const readers = [await join('/'), await join('/')];
  const drained = streams.drain(5_000);
  const late = await openRaw(port);
  await Promise.all([...readers, late].map(({ ended }) => ended));
  await drained;
  expect(readers.map((reader) => reader.body())).toEqual(['retry: 500\n\n', 'retry: 4500\n\n']);
  expect(late.body()).toBe('retry: 2000\n\n');
  expect(streams.counts().open).toBe(0);
});

test('draining cuts those that do not go', async () => {
  const { streams, join } = await streaming({}, Buffer.alloc(16 * 1024 * 1024, 'data: x\n'));
  await join('/', false);
  await streams.drain(0, 30);
  expect(streams.counts().open).toBe(0);
});
