import { type IncomingHttpHeaders, createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { listenOnFreePort } from './listen-on-free-port.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  /** Awaited before the answer. */
  readonly after?: Promise<unknown>;
}

/** Somebody who listens on loopback, and answers as told; gone when the test ends. */
export async function webhookReceiver(
  respond: (nth: number, received: Received) => Answer = () => ({ status: 204 }),
) {
  const received: Received[] = [];
  let connections = 0;
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    const one = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body };
    received.push(one);
    const { status, headers = {}, after } = respond(received.length, one);
    await after;
    res.writeHead(status, headers).end();
  });
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listenOnFreePort(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}/hook`, port, received, connections: () => connections };
}
