import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBody } from '../../../src/http/input/read-body.ts';
import { Problem } from '../../../src/http/problems/problem.ts';
import { listenOnFreePort, stopListening } from '../../support/listen-on-free-port.ts';

const LIMIT = 1_000;
let outcomes: unknown[];
let url: string;
const server = createServer((req, res) => {
  readBody(req, LIMIT).then(
    (body) => res.end(body),
    (error: unknown) => {
      outcomes.push(error);
      res.writeHead(error instanceof Problem ? error.status : 500).end();
    },
  );
});

beforeAll(async () => {
  outcomes = [];
  url = `http://127.0.0.1:${await listenOnFreePort(server)}/`;
});
afterAll(() => stopListening(server));

const send = (body: Buffer<ArrayBuffer>, encoding?: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body,
    headers: encoding === undefined ? {} : { 'content-encoding': encoding },
  });

const text = Buffer.from('å'.repeat(400));

test.each([
  ['plain', undefined, text],
  ['gzip', 'gzip', gzipSync(text)],
  ['deflate', 'deflate', deflateSync(text)],
  ['br', 'br', brotliCompressSync(text)],
  ['GZIP in capitals', 'GZIP', gzipSync(text)],
])('a body is read whole: %s', async (_name, encoding, body) => {
  const response = await send(body, encoding);
  expect(Buffer.from(await response.arrayBuffer()).equals(text)).toBe(true);
});

test.each([
  ['larger than the limit', undefined, Buffer.alloc(LIMIT + 1), 413],
  ['larger than the limit once decompressed', 'gzip', gzipSync(Buffer.alloc(10_000_000)), 413],
  ['not compressed as it says', 'gzip', Buffer.from('not gzip'), 400],
  ['compressed and cut short', 'gzip', gzipSync(text).subarray(0, 20), 400],
  ['in an unknown encoding', 'zstdx', text, 415],
  ['in an encoding named like a property of objects', 'constructor', text, 415],
])('a body is refused that is %s', async (_name, encoding, body, status) => {
  expect((await send(body, encoding)).status).toBe(status);
});

test('a client that leaves in the middle ends the reading', async () => {
  outcomes = [];
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf of it');
  const arrived = once(server, 'request');
  await arrived;
  socket.destroy();
  await expect.poll(() => outcomes).toMatchObject([{ status: 400, code: 'bad_request' }]);
});
