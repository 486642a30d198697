import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listenOnFreePort, stopListening } from '../../support/listen-on-free-port.ts';

export interface ListeningServer {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

export async function listen(listener: RequestListener): Promise<ListeningServer> {
  const server = createServer(listener);
  const port = await listenOnFreePort(server);
  return { server, port, close: () => stopListening(server) };
}

/** A raw reader: sees exactly the bytes that came, head and body. */
export interface RawReader {
  readonly socket: Socket;
  text(): string;
  /** What came after the head, out of its chunks. */
  body(): string;
  readonly ended: Promise<void>;
}

export async function openRaw(
  port: number,
  { path = '/', method = 'GET', version = '1.1', reading = true } = {},
): Promise<RawReader> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('utf8')));
  socket.on('error', () => {});
  if (!reading) socket.pause();
  socket.write(`${method} ${path} HTTP/${version}\r\nHost: localhost\r\n\r\n`);
  return {
    socket,
    text: () => text,
    body: () => bodyOf(text),
    ended: new Promise((resolve) => socket.once('close', () => resolve())),
  };
}

function bodyOf(text: string): string {
  const end = text.indexOf('\r\n\r\n') + 4;
  const body = text.slice(end);
  return /^transfer-encoding: chunked/im.test(text.slice(0, end)) ? dechunked(body) : body;
}

function dechunked(body: string): string {
  let bytes = Buffer.from(body);
  let text = '';
  for (;;) {
    const line = bytes.indexOf('\r\n');
    const size = Number.parseInt(bytes.subarray(0, line).toString(), 16);
    if (line === -1 || !(size > 0)) return text;
    text += bytes.subarray(line + 2, line + 2 + size).toString();
    bytes = bytes.subarray(line + 2 + size + 2);
  }
}
