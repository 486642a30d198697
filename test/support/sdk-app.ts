import { SILENT_LOGGER } from '../../src/shared/logger.ts';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express, { type RequestHandler } from 'express';
import type { FlagSet } from '../../src/evaluation/evaluator.ts';
import type { Flag, Segment } from '../../src/evaluation/model.ts';
import { createEventSink, type EventSink, type EventSinkDeps } from '../../src/events/event-sink.ts';
import { createErrorHandler } from '../../src/http/problems/error-handler.ts';
import { createIdentity, type Identity } from '../../src/http/auth/identity.ts';
import {
  createRateLimits,
  type RateLimits,
  type RateLimitsOptions,
} from '../../src/http/middleware/rate-limits.ts';
import { createSdkRouter } from '../../src/http/sdk/create-sdk-router.ts';
import type { StreamLimits } from '../../src/http/sdk/shared/sdk-deps.ts';
import { createStreamHub, type StreamHub } from '../../src/http/sse/stream-hub.ts';
import { createKeys, type Keys } from '../../src/access/keys.ts';
import { createMemoryStore } from './memory-store.ts';
import { createSettings, type Settings } from '../../src/access/settings.ts';
import { openDatabase, type Database } from '../../src/store/sql/database.ts';
import { DEFAULT_ENVIRONMENT, type Author, type ChangeOutcome, type Store } from '../../src/store/store.ts';
import { listenOnFreePort, stopListening } from './listen-on-free-port.ts';

export const SDK_KEY = 'sdk-of-the-test-suite-0123456789';
export const MOBILE_KEY = 'mob-of-the-test-suite-0123456789';
export const CLIENT_SIDE_ID = '0123456789abcdef01234567';
export const AUTHOR: Author = { id: 'test', via: 'test' };

export interface SdkAppParts {
  readonly store: Store;
  readonly keys: Keys;
  readonly settings: Settings;
  readonly identity: Identity;
  readonly limits: RateLimits;
  readonly hub: StreamHub;
  readonly events: EventSink;
  readonly now: () => number;
}

export interface SdkApp extends SdkAppParts {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly database: Database;
  /** What went wrong behind an answer 500, and in streams; a test that means it empties the list. */
  readonly errors: unknown[];
  readonly put: (flag: Flag) => Promise<ChangeOutcome>;
  readonly putSegment: (segment: Segment) => Promise<ChangeOutcome>;
  readonly remove: (key: string) => Promise<ChangeOutcome>;
  /** Throws when there was an error that the test did not take. */
  close(): Promise<void>;
}

export interface SdkAppOptions {
  readonly seed?: FlagSet;
  /** Default: a store in memory. */
  readonly store?: Store;
  readonly streamLimits?: StreamLimits;
  /** Default: those of the program. */
  readonly rateLimits?: Partial<RateLimitsOptions>;
  readonly sink?: Partial<EventSinkDeps>;
  /** Routers beside the SDKs'. */
  readonly routers?: (parts: SdkAppParts) => readonly RequestHandler[];
  /** Default: any free one. */
  readonly port?: number;
}

/** The SDK endpoints on real parts behind a real socket: store, keys and settings in memory, nothing faked. */
export async function startSdkApp({ seed, sink, routers, ...options }: SdkAppOptions = {}): Promise<SdkApp> {
  const errors: unknown[] = [];
  const now = Date.now;
  const database = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  const store =
    options.store ?? (await createMemoryStore({ now, ...(seed === undefined ? {} : { seedFlags: seed }) }));
  const keys = await createKeys({ database, now, random: randomBytes, pollMs: null });
  await keys.ensureBootstrapKeys({ sdkKey: SDK_KEY, clientSideId: CLIENT_SIDE_ID, mobileKey: MOBILE_KEY });
  const settings = await createSettings({ database, now, random: randomBytes, pollMs: null });
  const log = { ...SILENT_LOGGER, error: (fields: object) => errors.push(fields) };
  const identity = createIdentity({ auth: true, keys, log });
  const hub = createStreamHub({
    now: () => performance.now(),
    random: Math.random,
    onError: (error) => errors.push(error),
  });
  const events = createEventSink({ database, now, log, gatherMs: 2, ...sink });
  const limits = createRateLimits({ now, ...options.rateLimits });
  const parts: SdkAppParts = { store, keys, settings, identity, limits, hub, events, now };
  const sdk = createSdkRouter({
    ...parts,
    ...(options.streamLimits === undefined ? {} : { streamLimits: options.streamLimits }),
  });

  const app = express().disable('x-powered-by');
  app.use(sdk.router, ...(routers?.(parts) ?? []));
  app.use(createErrorHandler({ log }));
  const server = createServer(app);
  const port = await listenOnFreePort(server, options.port);

  return {
    ...parts,
    database,
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    errors,
    put: (definition) =>
      store.change(AUTHOR, {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: definition.key,
        definition,
      }),
    putSegment: (definition) =>
      store.change(AUTHOR, {
        type: 'put-segment',
        environment: DEFAULT_ENVIRONMENT,
        key: definition.key,
        definition,
      }),
    remove: (key) => store.change(AUTHOR, { type: 'delete-flag', environment: DEFAULT_ENVIRONMENT, key }),
    async close() {
      sdk.close();
      hub.close();
      await stopListening(server);
      await events.close();
      await keys.close();
      settings.close();
      if (options.store === undefined) await store.close();
      await database.close();
      if (errors.length > 0) throw new AggregateError(errors, `unexpected: ${JSON.stringify(errors)}`);
    },
  };
}

/** An on/off flag that browsers and mobiles may see; everyone gets `true` while it is on. */
export function onOff(key: string, on: boolean, rest: Partial<Flag> = {}): Flag {
  return {
    key,
    version: 1,
    on,
    variations: [true, false],
    offVariation: 1,
    fallthrough: { variation: 0 },
    salt: key,
    clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true },
    ...rest,
  };
}
