import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { expect, onTestFinished } from 'vitest';
import { type SeenContexts, createSeenContexts } from '../../src/flags/seen-contexts.ts';
import type { ApiDeps } from '../../src/http/api/api-deps.ts';
import { createApiRouter } from '../../src/http/api/api-router.ts';
import { createCursors } from '../../src/http/api/items/cursors.ts';
import { createErrorHandler, notFound } from '../../src/http/problems/error-handler.ts';
import { idempotency } from '../../src/http/middleware/idempotency.ts';
import { createIdentity } from '../../src/http/auth/identity.ts';
import { createMetrics } from '../../src/http/middleware/metrics.ts';
import { type RateLimitsOptions, createRateLimits } from '../../src/http/middleware/rate-limits.ts';
import { requestRules } from '../../src/http/middleware/request-rules.ts';
import { type Notifier, createNotifier } from '../../src/webhooks/notifier.ts';
import { createExperiments } from '../../src/experiment/experiments.ts';
import { createMetricDefinitions } from '../../src/experiment/metrics/metric-definitions.ts';
import { createReleaseServices } from '../../src/release/run/release-services.ts';
import { createSchedules } from '../../src/release/schedules.ts';
import { createIdempotentRequests } from '../../src/store/idempotent-requests.ts';
import type { Role } from '../../src/access/key-record.ts';
import { type Keys, createKeys } from '../../src/access/keys.ts';
import { createSettings } from '../../src/access/settings.ts';
import { type Database, openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT, type Store } from '../../src/store/store.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { listenOnFreePort, stopListening } from './listen-on-free-port.ts';
import { TESTER } from './tester.ts';

export interface ApiAppOptions extends Partial<ApiDeps> {
  /** Default true. */
  readonly auth?: boolean;
  /** Where webhooks may go besides public addresses. */
  readonly allowedTargets?: readonly string[];
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
  readonly rateLimits?: Partial<RateLimitsOptions>;
  /** Default: a database that lives as long as the app. */
  readonly file?: string;
}

export interface ApiApp {
  readonly url: string;
  readonly store: Store;
  readonly keys: Keys;
  readonly database: Database;
  readonly seenContexts: SeenContexts;
  readonly notifier: Notifier;
  /** A token of each role. */
  readonly tokens: { readonly [R in Role]: string };
  readonly sdkKey: string;
  /** Messages of errors that were logged; a healthy run leaves it empty. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** The management API on a free port, over SQLite in a file of its own. */
export async function startApi({
  auth = true,
  rateLimits = {},
  allowedTargets = [],
  resolve,
  file,
  requireIfMatch = false,
  ...overrides
}: ApiAppOptions = {}): Promise<ApiApp> {
  const now = overrides.now ?? Date.now;
  const errors: string[] = [];
  const log = {
    error: (fields: object, message: string) =>
      errors.push(
        `${message}: ${JSON.stringify(fields, (_, v: unknown) => (v instanceof Error ? v.stack : v))}`,
      ),
    warn: () => {},
    info: () => {},
    debug: () => {},
  };
  const database = await openDatabase({ kind: 'sqlite', file: file ?? ':memory:' });
  const store = await openSqlStore({ database, now });
  const keys = await createKeys({ database, now, random: randomBytes, pollMs: null });
  const settings = await createSettings({ database, now, random: randomBytes, pollMs: null });
  const notifier = createNotifier({
    database,
    store,
    now,
    newId: randomUUID,
    random: randomBytes,
    log,
    allowedTargets,
    ...(resolve === undefined ? {} : { resolve }),
  });
  const metricDefinitions = createMetricDefinitions({ database, now });
  const seenContexts = createSeenContexts({ now });
  const metrics = createMetrics({ ofProcess: false });

  const app = express();
  app.disable('x-powered-by');
  app.use(requestRules);
  app.use(
    createApiRouter({
      database,
      store,
      keys,
      settings,
      experiments: createExperiments({
        database,
        store,
        definitions: metricDefinitions,
        now,
        newId: randomUUID,
      }),
      metricDefinitions,
      cursors: createCursors(randomBytes(32)),
      schedules: createSchedules({ database, now, newId: randomUUID }),
      releases: createReleaseServices({
        database,
        store,
        now,
        clock: () => performance.now(),
        newId: randomUUID,
        log,
        servedElsewhere: () => undefined,
      }),
      notifier,
      seenContexts,
      metrics,
      identity: createIdentity({ auth, keys, log }),
      idempotency: idempotency({ requests: createIdempotentRequests({ database, now }), log }),
      limits: createRateLimits({ now, ...rateLimits }),
      now,
      version: '0.0.0-test',
      requireIfMatch,
      readiness: () => [],
      onEvaluation: () => {},
      ...overrides,
    }),
  );
  app.use(notFound);
  app.use(createErrorHandler({ log }));
  const server = createServer({ maxHeaderSize: 16_384 }, app);
  const port = await listenOnFreePort(server);

  const token = async (role: Role): Promise<string> =>
    (await keys.create(TESTER, { kind: 'admin', role }, role)).plain;
  return {
    url: `http://127.0.0.1:${port}`,
    store,
    keys,
    database,
    seenContexts,
    notifier,
    tokens: { viewer: await token('viewer'), operator: await token('operator'), admin: await token('admin') },
    sdkKey: (await keys.create(TESTER, { kind: 'sdk', environment: DEFAULT_ENVIRONMENT }, 'sdk')).plain,
    errors,
    close: async () => {
      await stopListening(server);
      await notifier.stop();
      await store.close();
      await keys.close();
      settings.close();
      await database.close();
    },
  };
}

/** A fresh app for the running test, with a client that holds every answer against the document; gone when the test ends. */
export async function freshApi(options: ApiAppOptions = {}): Promise<ApiApp & { readonly api: ApiClient }> {
  const app = await startApi(options);
  onTestFinished(async () => {
    await app.close();
    expect(app.errors).toEqual([]);
  });
  return { ...app, api: await createApiClient(app.url, app.tokens.admin) };
}
