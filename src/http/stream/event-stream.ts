import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../problem.ts';
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
  /** Called once, whoever closed; at once when already closed. */
  onClose(listener: () => void): void;
}

export interface EventStreamOptions {
  readonly headers?: { readonly [name: string]: string };
}

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // no-transform: a compressing proxy would hold events back to fill its window.
  'Cache-Control': 'no-cache, no-store, no-transform',
  // nginx buffers answers unless told not to.
  'X-Accel-Buffering': 'no',
  // The end of the connection is the end of the body: no chunk framing, so one buffer serves HTTP/1.0 and 1.1 alike.
  Connection: 'close',
} as const;

/**
 * Answers 200 with an endless body and lets go of request and response, so that an idle stream costs little more than its socket.
 *
 * @throws {Problem} 400 when the request was pipelined behind one that is not answered yet: there is no socket to take over.
 */
export function openEventStream(
  req: IncomingMessage,
  res: ServerResponse,
  { headers = {} }: EventStreamOptions = {},
): EventStream {
  const { socket } = res;
  if (socket === null) {
    throw new Problem(400, 'pipelined_stream', 'a stream must be the only request of its connection');
  }
  for (const [name, value] of Object.entries({ ...STREAM_HEADERS, ...headers })) res.setHeader(name, value);
  res.removeHeader('Transfer-Encoding');
  res.writeHead(200);
  if (req.method === 'HEAD') {
    res.end();
    return new SocketStream(socket, true);
  }
  res.flushHeaders();
  req.resume();
  socket.setTimeout(0);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  letGo(req, res);
  return new SocketStream(socket, false);
}

/**
 * Node keeps `req` and `res` for as long as the socket lives; what a framework hung on them must not live as long.
 * Express chains every router it passed through behind `req.next`.
 */
function letGo(req: IncomingMessage, res: ServerResponse): void {
  for (const message of [req, res]) {
    for (const name of ['next', 'route', 'params', 'body', 'res', '_parsedUrl']) {
      if (Object.hasOwn(message, name)) Reflect.set(message, name, undefined);
    }
  }
}

class SocketStream implements EventStream {
  readonly #socket: Socket;
  #ended: boolean;

  constructor(socket: Socket, ended: boolean) {
    this.#socket = socket;
    this.#ended = ended;
  }

  get closed(): boolean {
    return this.#ended || this.#socket.destroyed || !this.#socket.writable;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  write(chunk: Buffer): void {
    if (!this.closed) this.#socket.write(chunk);
  }

  end(retryMs?: number): void {
    if (this.closed) return;
    this.#ended = true;
    if (retryMs === undefined) this.#socket.end();
    else this.#socket.end(encodeRetry(retryMs));
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  onClose(listener: () => void): void {
    if (this.#socket.destroyed) listener();
    else this.#socket.once('close', listener);
  }
}
