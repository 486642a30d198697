import type { Logger } from '../../src/shared/logger.ts';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { createServer, type Server } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import { createClientErrorHandler } from '../../src/http/problems/client-errors.ts';
import { createErrorHandler, notFound } from '../../src/http/problems/error-handler.ts';
import { SERVER_LIMITS } from '../../src/http/middleware/server-limits.ts';
import { createKeys, type Keys } from '../../src/access/keys.ts';
import { createSettings, type Settings } from '../../src/access/settings.ts';
import { type Database, openDatabase } from '../../src/store/sql/database.ts';
import type { Author } from '../../src/store/store.ts';
import { listenOnFreePort, stopListening } from './listen-on-free-port.ts';

export const ANN: Author = { id: 'ann', via: 'test' };

/** The given handlers between nothing and the edge. */
export function appOf(log: Logger, ...handlers: readonly RequestHandler[]): Express {
  const app = express();
  app.disable('x-powered-by');
  for (const handler of handlers) app.use(handler);
  app.use(notFound);
  app.use(createErrorHandler({ log }));
  return app;
}

export interface AccessStore {
  readonly database: Database;
  readonly keys: Keys;
  readonly settings: Settings;
  close(): Promise<void>;
}

/** A fresh database in memory with its keys and settings. */
export async function openAccessStore(now: () => number): Promise<AccessStore> {
  const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  const keys = await createKeys({ database, now, random: randomBytes, pollMs: null });
  const settings = await createSettings({ database, now, random: randomBytes, pollMs: null });
  return {
    database,
    keys,
    settings,
    close: async () => {
      settings.close();
      await keys.close();
      await database.close();
    },
  };
}

export interface LiveServer {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

/** A real server with the project's limits, on a free port of the loopback. */
export async function listen(app: Express, log: Logger, limits: object = {}): Promise<LiveServer> {
  const server = createServer({ ...SERVER_LIMITS, ...limits }, app);
  server.on('clientError', createClientErrorHandler(log));
  const port = await listenOnFreePort(server);
  return {
    port,
    server,
    url: `http://127.0.0.1:${port}`,
    close: () => stopListening(server),
  };
}

/** Sends bytes as they are and waits until the other side ends the connection; what came back, as text. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  socket.on('error', (error) => ('code' in error && error.code === 'ECONNRESET' ? undefined : reject(error)));
  return promise;
}
