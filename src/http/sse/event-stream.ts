import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServerResponse as Response } from '../../shared/node-http.ts';
import type { Socket } from 'node:net';
import { oncePer } from '../../shared/once-per.ts';
import { Problem } from '../problems/problem.ts';
import { encodeRetry } from './encode-event.ts';

/** One open connection. Holds the socket and nothing of the request that opened it. */
export interface EventStream {
  readonly closed: boolean;
  /** Bytes handed over that the kernel has not taken yet. */
  readonly unsentBytes: number;
  /** Encoded events, in whole. A write after the end is dropped. */
  write(chunk: Buffer): void;
  /** Says goodbye, with the time to wait before connecting again when given, and closes. */
  end(retryMs?: number): void;
  /** Closes at once; what is unsent is lost. */
  destroy(): void;
  /** Called once, when the kernel has taken what was written, or the stream is closed; at once when little is left. */
  onSent(listener: () => void): void;
  /** Called once, whichever side closed; at once when already closed. */
  onClose(listener: () => void): void;
}

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // no-transform: a compressing proxy would hold events back to fill its window.
  'Cache-Control': 'no-cache, no-store, no-transform',
  // nginx buffers answers unless told not to.
  'X-Accel-Buffering': 'no',
  Connection: 'close',
} as const;

/**
 * Answers 200 with an endless body and lets go of request and response, so that an idle stream costs little more than its socket.
 * Emits `stream` on the response, whose `close` never comes.
 *
 * @throws {Problem} 400 when the request was pipelined behind one that is not answered yet: there is no socket to take over.
 */
export function openEventStream(req: IncomingMessage, res: ServerResponse): EventStream {
  const { socket } = res;
  if (socket === null) {
    throw new Problem(400, 'pipelined_stream', 'a stream must be the only request of its connection');
  }
  for (const [name, value] of Object.entries(STREAM_HEADERS)) res.setHeader(name, value);
  res.writeHead(200);
  if (req.method === 'HEAD') {
    res.end();
    return new SocketStream(socket, false, true);
  }
  res.flushHeaders();
  res.emit('stream');
  const { chunkedEncoding } = res;
  req.resume();
  socket.setTimeout(0);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  letGo(req, res, socket);
  return new SocketStream(socket, chunkedEncoding, false);
}

/**
 * Node keeps a request and its response for as long as they are not over; what a framework hung on them must not live as
 * long as a stream. Express chains every router that it passed through behind `req.next`.
 */
function letGo(req: IncomingMessage, res: ServerResponse, socket: Socket): void {
  for (const name of ['next', 'route', 'params', 'body', 'res', '_parsedUrl']) {
    if (Object.hasOwn(req, name)) Reflect.set(req, name, undefined);
  }
  req.headers = {};
  req.headersDistinct = {};
  req.rawHeaders = [];
  // A bare response takes the place of the one with all the headers, so that a request that is pipelined behind this one
  // still waits for its turn, which does not come, and is not answered into the stream.
  res.detachSocket(socket);
  new Response(req).assignSocket(socket);
}

class SocketStream implements EventStream {
  readonly #socket: Socket;
  /** Whether the body is chunked (HTTP/1.1) or ends with the connection (HTTP/1.0, as of some proxies). */
  readonly #chunked: boolean;
  #ended: boolean;

  constructor(socket: Socket, chunked: boolean, ended: boolean) {
    this.#socket = socket;
    this.#chunked = chunked;
    this.#ended = ended;
  }

  get closed(): boolean {
    return this.#ended || this.#socket.destroyed || !this.#socket.writable;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  write(chunk: Buffer): void {
    if (!this.closed) this.#socket.write(this.#chunked ? chunkOf(chunk) : chunk);
  }

  end(retryMs?: number): void {
    if (this.closed) return;
    this.#ended = true;
    if (retryMs !== undefined) {
      const farewell = encodeRetry(retryMs);
      this.#socket.write(this.#chunked ? chunkOf(farewell) : farewell);
    }
    if (this.#chunked) this.#socket.end(LAST_CHUNK);
    else this.#socket.end();
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  onSent(listener: () => void): void {
    const socket = this.#socket;
    if (this.closed || !socket.writableNeedDrain) {
      listener();
      return;
    }
    let isSent = false;
    const once = (): void => {
      if (!isSent) listener();
      isSent = true;
    };
    socket.once('drain', once).once('close', once);
  }

  onClose(listener: () => void): void {
    if (this.#socket.destroyed) listener();
    else this.#socket.once('close', listener);
  }
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const CHUNK_END = Buffer.from('\r\n');

/**
 * The bytes as one chunk of RFC 9112, section 7.1. Written to the socket as they are, past Node's own framing, which would cost
 * each connection its own. Without chunks some clients (Python's urllib3) would wait until a whole read is full.
 */
const chunkOf = oncePer((bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CHUNK_END]),
);
