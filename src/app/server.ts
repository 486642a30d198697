import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer } from '../shared/node-http.ts';
import { createAddressQuota } from '../http/middleware/address-quota.ts';
import { EXIT_UNAVAILABLE, StartError } from './start-error.ts';

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Goes on serving, and asks every client to close its connection with its response. */
  announceStop(): void;
  /**
   * Takes requests for a moment longer, then stops accepting, lets every request in flight finish, and cuts what is
   * left after `limitMs`.
   * Open streams must be ended by their owners first, or they count as requests in flight.
   */
  stop(limitMs: number): Promise<void>;
}

interface ServerExtras {
  /** Sockets, streams included. Default: as many as the system gives. */
  readonly maxConnections?: number;
  /** False behind proxies, which have the connections of all clients. Default true: one address may not have them all. */
  readonly sharesSockets?: boolean;
  /** Milliseconds until a socket without traffic is closed; streams are not. Default: never. */
  readonly idleTimeout?: number;
  /** Answers what is not HTTP. Default: Node's own bare 400. */
  readonly onClientError?: (error: Error, socket: Duplex) => void;
}

/** Connections that the system has taken for us, and requests on their way over idle ones, still get their answer. */
const ACCEPT_GRACE_MS = 250;

export async function startServer(
  handler: RequestListener,
  where: { readonly host: string; readonly port: number },
  options: ServerOptions & ServerExtras = {},
): Promise<RunningServer> {
  let stopping = false;
  const answer: RequestListener = (request, response) => {
    if (stopping) response.setHeader('Connection', 'close');
    handler(request, response);
  };
  const server = createServer(options, answer);
  // Node's own refusal is bare; ours has a body that says why.
  server.on('checkExpectation', answer);
  if (options.maxConnections !== undefined) {
    server.maxConnections = options.maxConnections;
    if (options.sharesSockets ?? true) shareSockets(server, options.maxConnections);
  }
  if (options.idleTimeout !== undefined) server.setTimeout(options.idleTimeout);
  if (options.onClientError !== undefined) server.on('clientError', options.onClientError);
  await listen(server, where);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : where.port;
  const host = where.host.includes(':') ? `[${where.host}]` : where.host;
  return {
    url: `http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`,
    port,
    announceStop: () => {
      stopping = true;
    },
    stop: async (limitMs) => {
      stopping = true;
      await closeGently(server, limitMs);
    },
  };
}

/** Closes the connections that are too many for their address. */
function shareSockets(server: Server, perProcess: number): void {
  const sockets = createAddressQuota({ perProcess });
  server.on('connection', (socket: Socket) => {
    const giveBack = sockets.take(socket.remoteAddress ?? '');
    if (giveBack === undefined) socket.destroy();
    else socket.once('close', giveBack);
  });
}

async function listen(
  server: Server,
  where: { readonly host: string; readonly port: number },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(where.port, where.host, resolve);
  try {
    await promise;
  } catch (error) {
    throw asListenError(error, where);
  } finally {
    server.off('error', reject);
  }
}

function asListenError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): StartError {
  const options = { cause: error };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(
        `PORT: ${port} on ${host} is already in use; stop what listens there, or set PORT to another (0 picks a free one)`,
        { ...options, exitCode: EXIT_UNAVAILABLE },
      );
    case 'EACCES':
      return new StartError(`PORT: not allowed to listen on ${port}; choose one above 1023`, options);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`HOST: ${host} is not an address of this machine`, options);
    default:
      return new StartError(
        `HOST, PORT: cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`,
        options,
      );
  }
}

async function closeGently(server: Server, limitMs: number): Promise<void> {
  await wait(Math.min(ACCEPT_GRACE_MS, limitMs));
  // On a busy machine the wait may be over before anybody was let in: a turn of the event loop lets in all who are
  // there by now, and reads what they sent.
  await turn();
  await turn();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  // Stops accepting and drops idle connections; the others close with their answer, which says so.
  server.close(() => {
    resolve();
  });
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, ACCEPT_GRACE_MS);
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, limitMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
