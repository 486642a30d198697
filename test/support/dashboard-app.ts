import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { onTestFinished } from 'vitest';
import type { FlagSet } from '../../src/evaluation/evaluator.ts';
import { createFlagChain } from '../../src/flags/flag-chain.ts';
import type { FlagClientStatus } from '../../src/flags/flag-client.ts';
import { createSeenContexts } from '../../src/flags/seen-contexts.ts';
import { createLocalFlagClient } from '../../src/flags/local-flag-client.ts';
import { createDashboard } from '../../src/http/dashboard/create-dashboard.ts';
import { createEvaluationCounts } from '../../src/http/dashboard/meters/evaluation-counts.ts';
import { createPageCounts } from '../../src/http/dashboard/meters/page-counts.ts';
import { createTransfer } from '../../src/http/api/transfer/create-transfer.ts';
import { createCsrf } from '../../src/http/auth/csrf.ts';
import { createErrorHandler, notFound } from '../../src/http/problems/error-handler.ts';
import { createIdentity } from '../../src/http/auth/identity.ts';
import { createRateLimits } from '../../src/http/middleware/rate-limits.ts';
import { requestRules } from '../../src/http/middleware/request-rules.ts';
import { createSessions } from '../../src/http/auth/sessions.ts';
import { securityHeaders } from '../../src/http/middleware/security-headers.ts';
import { createAssets } from '../../src/http/html/assets.ts';
import { createSite } from '../../src/http/site/create-site.ts';
import { createStreamHub } from '../../src/http/sse/stream-hub.ts';
import { loadConfig } from '../../src/app/config.ts';
import { describeConfig } from '../../src/app/describe-config.ts';
import { environmentSnapshots } from '../../src/app/environment-snapshots.ts';
import type { Role } from '../../src/access/key-record.ts';
import { createNotifier } from '../../src/webhooks/notifier.ts';
import { createReleaseServices } from '../../src/release/run/release-services.ts';
import { createSchedules } from '../../src/release/schedules.ts';
import type { LiveEvent } from '../../src/events/event-sink.ts';
import { createEmitter } from '../../src/shared/emitter.ts';
import { createExperiments } from '../../src/experiment/experiments.ts';
import { createMetricDefinitions } from '../../src/experiment/metrics/metric-definitions.ts';
import { createKeys } from '../../src/access/keys.ts';
import { createSettings } from '../../src/access/settings.ts';
import { openDatabase } from '../../src/store/sql/database.ts';
import { openSqlStore } from '../../src/store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT, type Store } from '../../src/store/store.ts';
import { listenOnFreePort, stopListening } from './listen-on-free-port.ts';
import { inventedTrack, memoryPlaylists } from './memory-playlists.ts';
import { PROGRESSIVE_ROLLOUT } from './site-app.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { TESTER } from './tester.ts';

const COOKIE_SECRETS = ['a secret of the test suite'];

export interface DashboardAppOptions {
  /** Default true. */
  readonly auth?: boolean;
  /** Default: the site's flag alone, on for beta testers only. */
  readonly flags?: FlagSet['flags'];
  readonly flagStatus?: () => FlagClientStatus;
  /** Epoch milliseconds. Default: the machine's clock. */
  readonly now?: () => number;
  /** Stands between the dashboard and its store. */
  readonly wrapStore?: (store: Store) => Store;
}

export type DashboardApp = Awaited<ReturnType<typeof startDashboard>>;

/** Site and dashboard over one SQLite store in a folder of the test's own, on a free port. */
export async function startDashboard({
  auth = true,
  flags: seed = { [PROGRESSIVE_ROLLOUT.key]: PROGRESSIVE_ROLLOUT },
  flagStatus,
  now = Date.now,
  wrapStore = (store) => store,
}: DashboardAppOptions = {}) {
  const errors: string[] = [];
  const log = {
    error: (fields: object, message: string) => errors.push(`${message}: ${JSON.stringify(fields)}`),
    warn: () => {},
    info: () => {},
    debug: () => {},
  };
  const database = await openDatabase({ kind: 'sqlite', file: join(temporaryFolder(), 'dashboard.db') });
  const sqlStore = await openSqlStore({ database, now, seedFlags: { flags: seed, segments: {} } });
  const store = wrapStore(sqlStore);
  const keys = await createKeys({ database, now, random: randomBytes, pollMs: null });
  await keys.ensureBootstrapKeys({});
  const settings = await createSettings({ database, now, random: randomBytes, pollMs: null });
  const sessions = createSessions({ database, keys, settings, now, random: randomBytes, secure: false });
  const streams = createStreamHub({
    now: () => performance.now(),
    random: Math.random,
    onError: (error) => log.error({ err: String(error) }, 'stream failed'),
  });
  const evaluations = createEvaluationCounts();
  const seenContexts = createSeenContexts({ now });
  const chain = createFlagChain({
    local: createLocalFlagClient({ snapshots: environmentSnapshots(store, DEFAULT_ENVIRONMENT) }),
    logger: log,
    onEvaluation: (flagKey, variation) => evaluations.count(flagKey, variation),
  });
  const playlists = memoryPlaylists(Array.from({ length: 60 }, (_, index) => inventedTrack(index + 1)));
  const assets = createAssets(join(import.meta.dirname, '..', '..', 'public'));
  const pageCounts = createPageCounts(
    () => store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(PROGRESSIVE_ROLLOUT.key)?.version,
  );
  const site = createSite({
    assets,
    flags: chain,
    topTen: playlists.topTen,
    fullPlaylist: playlists.fullPlaylist,
    demoIdentity: true,
    cookieSecrets: () => COOKIE_SECRETS,
    secureCookies: false,
    onExposure: ({ context, evaluation, durationMs }) => {
      seenContexts.add(context);
      pageCounts.page(evaluation.value, durationMs);
    },
    randomKey: () => randomBytes(16).toString('base64url'),
    clock: () => performance.now(),
    log,
    streams,
  });
  const random = randomBytes;
  const notifier = createNotifier({
    database,
    store,
    now,
    newId: randomUUID,
    random,
    log,
    allowedTargets: ['127.0.0.1'],
  });
  const schedules = createSchedules({ database, now, newId: randomUUID });
  /** Carried out once a test starts them. */
  const releases = createReleaseServices({
    database,
    store: sqlStore,
    now,
    clock: () => performance.now(),
    newId: randomUUID,
    log,
    servedElsewhere: () => undefined,
  });
  const metricDefinitions = createMetricDefinitions({ database, now });
  const experiments = createExperiments({
    database,
    store,
    definitions: metricDefinitions,
    now,
    newId: randomUUID,
  });
  const liveEvents = createEmitter<readonly LiveEvent[]>((error) =>
    log.error({ err: String(error) }, 'listener failed'),
  );
  const dashboard = createDashboard({
    store,
    random,
    keys,
    settings,
    schedules,
    transfer: createTransfer({ store, database, now }),
    configuration: describeConfig(loadConfig({})),
    releases,
    notifier,
    auth,
    identity: createIdentity({ auth, keys, log }),
    sessions,
    csrf: createCsrf({ settings, random: randomBytes }),
    limits: createRateLimits({ now }),
    assets,
    streams,
    contexts: () => seenContexts.list(),
    experiments,
    metricDefinitions,
    liveEvents,
    counts: evaluations.counts,
    pages: pageCounts.counts,
    flagStatus: flagStatus ?? (() => chain.status()),
    launchdarkly: { received: () => chain.received(), onChange: (listener) => chain.onChange(listener) },
    now,
    log,
    meterMs: 100,
  });

  const app = express();
  app.disable('x-powered-by').set('query parser', 'simple');
  app.use(
    requestRules,
    securityHeaders({ secure: false, newNonce: () => randomBytes(18).toString('base64') }),
  );
  app.use(assets.router, dashboard.router, site.router);
  app.use(notFound, createErrorHandler({ log, renderErrorPage: site.renderErrorPage }));
  const server = createServer({ maxHeaderSize: 16_384 }, app);
  const port = await listenOnFreePort(server);

  const token = async (role: Role): Promise<string> =>
    (await keys.create(TESTER, { kind: 'admin', role }, `${role}-of-the-test`)).plain;
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    dashboard.close();
    await chain.close();
    streams.close();
    await stopListening(server);
    await releases.stop();
    await store.close();
    settings.close();
    await keys.close();
    await database.close();
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${port}`,
    store,
    sessions,
    keys,
    settings,
    schedules,
    releases,
    notifier,
    evaluations,
    liveEvents,
    database,
    experiments,
    seenContexts,
    pageCounts,
    streams,
    /** Messages of errors that were logged; a healthy run leaves it empty. */
    errors,
    token,
    close,
  };
}
