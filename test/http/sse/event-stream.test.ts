import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { encodeEvent } from '../../../src/http/sse/encode-event.ts';
import { openEventStream, type EventStream } from '../../../src/http/sse/event-stream.ts';
import { listen, openRaw, type ListeningServer } from './stream-client.ts';

let server: ListeningServer | undefined;
afterEach(async () => {
  await server?.close();
});

/** A server whose every answer is a stream, and the stream that the next request opens. */
async function streaming() {
  const opened = Promise.withResolvers<EventStream>();
  const app = express();
  app.get('/', (req, res) => {
    opened.resolve(openEventStream(req, res));
  });
  server = await listen(app);
  return { port: server.port, opened: opened.promise };
}

test('the head goes out at once, with all that keeps proxies from buffering', async () => {
  const { port, opened } = await streaming();
  const reader = await openRaw(port);
  await opened;
  await expect.poll(() => reader.text()).toContain('\r\n\r\n');
  const head = reader.text().toLowerCase();
  expect(head).toContain('http/1.1 200');
  expect(head).toContain('content-type: text/event-stream; charset=utf-8');
  expect(head).toContain('cache-control: no-cache, no-store, no-transform');
  expect(head).toContain('x-accel-buffering: no');
  expect(head).not.toContain('content-encoding');
  // Without chunks Python's SDK would wait until its read is full.
  expect(head).toContain('transfer-encoding: chunked');
});

test.each(['1.0', '1.1'])('HTTP/%s gets the events and nothing between them', async (version) => {
  const { port, opened } = await streaming();
  const reader = await openRaw(port, { version });
  const stream = await opened;
  stream.write(encodeEvent({ data: 'one' }));
  stream.write(encodeEvent({ data: 'two' }));
  await expect.poll(() => reader.body()).toBe('data: one\n\ndata: two\n\n');
});

test('the end may say when to come back', async () => {
  const { port, opened } = await streaming();
  const reader = await openRaw(port);
  const stream = await opened;
  stream.end(1234);
  stream.write(encodeEvent({ data: 'too late' }));
  await reader.ended;
  expect(reader.body()).toBe('retry: 1234\n\n');
  expect(stream.closed).toBe(true);
});

test('a client that leaves closes its stream', async () => {
  const { port, opened } = await streaming();
  const reader = await openRaw(port);
  const stream = await opened;
  const closed = new Promise<void>((resolve) => stream.onClose(resolve));
  reader.socket.destroy();
  await closed;
  expect(stream.closed).toBe(true);
  await new Promise<void>((resolve) => stream.onClose(resolve));
});

test('HEAD gets the head and no stream', async () => {
  const { port, opened } = await streaming();
  const reader = await openRaw(port, { method: 'HEAD' });
  expect((await opened).closed).toBe(true);
  await reader.ended;
  expect(reader.text()).toMatch(/^HTTP\/1\.1 200/);
  expect(reader.body()).toBe('');
});

test('a request that is pipelined behind a stream is not answered into it', async () => {
  const { port, opened } = await streaming();
  const reader = await openRaw(port);
  const stream = await opened;
  reader.socket.write('GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n');
  // A second connection's answer shows that the server had time to read it.
  const other = await openRaw(port, { path: '/nowhere' });
  await expect.poll(() => other.text()).toContain('404');
  stream.write(encodeEvent({ data: 'one' }));
  await expect.poll(() => reader.body()).toBe('data: one\n\n');
  expect(reader.text()).not.toContain('404');
});
