import type { RequestListener } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { Logger } from 'pino';
import type { Audience } from '../http/demo/demo-deps.ts';
import { SERVER_LIMITS } from '../http/middleware/server-limits.ts';
import { createClientErrorHandler } from '../http/problems/client-errors.ts';
import { type RunningServer, startServer } from './server.ts';

const FINISH_REQUESTS_MS = 1_000;

/** A second address for the site, on the machine's own network, for as long as the presenter wants it. */
export function createAudience(
  handler: RequestListener,
  log: Logger,
  ownAddress: () => string | undefined = networkAddress,
): Audience {
  let server: RunningServer | undefined;
  return {
    url: () => server?.url,
    async open() {
      const host = ownAddress();
      if (server !== undefined || host === undefined) return;
      server = await startServer(
        handler,
        { host, port: 0 },
        { ...SERVER_LIMITS, onClientError: createClientErrorHandler(log) },
      );
      log.info({ url: server.url }, 'the site is open to the network');
    },
    async close() {
      const closing = server;
      server = undefined;
      await closing?.stop(FINISH_REQUESTS_MS);
    },
  };
}

/** The first address by which other machines reach this one; undefined without a network. */
function networkAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((each) => each !== undefined && each.family === 'IPv4' && !each.internal)?.address;
}
