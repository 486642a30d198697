import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Config } from './config.ts';
import { createEventSink } from './experiment/events/event-sink.ts';
import { createFlagChain } from './flags/flag-chain.ts';
import {
  createLaunchDarklyFlagClient,
  type LaunchDarklyFlagClientOptions,
} from './flags/launchdarkly-flag-client.ts';
import { createLocalFlagClient } from './flags/local-flag-client.ts';
import { createSeenContexts } from './flags/seen-contexts.ts';
import { createApiRouter } from './http/api/api-router.ts';
import { createDashboard } from './http/dashboard/create-dashboard.ts';
import { createEvaluationCounts } from './http/dashboard/evaluation-counts.ts';
import { createCsrf } from './http/guard/csrf.ts';
import { errorCodesPage } from './http/guard/error-codes-page.ts';
import { createErrorHandler, notFound } from './http/guard/errors.ts';
import { createIdentity } from './http/guard/identity.ts';
import { requestLog } from './http/guard/logging.ts';
import { createMetrics } from './http/guard/metrics.ts';
import { createRateLimits } from './http/guard/rate-limits.ts';
import { requestIds } from './http/guard/request-id.ts';
import { loopbackHostOnly, requestRules } from './http/guard/security.ts';
import { createSessions } from './http/guard/sessions.ts';
import { createOfrepRouter } from './http/ofrep/create-ofrep-router.ts';
import { createSdkRouter } from './http/sdk/create-sdk-router.ts';
import { securityHeaders } from './http/site/security-headers.ts';
import { createSite } from './http/site/site.ts';
import { createStreamHub } from './http/stream/stream-hub.ts';
import { localRecorder } from './local-recorder.ts';
import { openPlaylists } from './open-playlists.ts';
import { asStartError } from './start-error.ts';
import type { FirstKeys, FirstKeysGiven } from './store/first-keys.ts';
import { createKeys } from './store/keys.ts';
import { createSettings } from './store/settings.ts';
import { openDatabase } from './store/sql/database.ts';
import { openSqlStore } from './store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT } from './store/store.ts';
import { createNotifier } from './notify/notifier.ts';
import { createScheduleRunner } from './release/schedule-runner.ts';
import { createSchedules } from './release/schedules.ts';
import { readSeedFlags } from './seed-flags.ts';
import { snapshotsOf } from './snapshots-of.ts';

export interface App {
  readonly handler: RequestListener;
  /** Made at the first start and shown then; afterwards only their digests are kept. */
  readonly firstKeys: readonly { readonly name: string; readonly value: string }[];
  /** Opens the dashboard once, within a day; without a token when AUTH is off. */
  readonly dashboardPath: string;
  /** Where the flags come from, in a sentence. */
  flagsFrom(): string;
  /** Says not ready, and sends every open stream away to come back within about that time. */
  drain(spreadMs: number): Promise<void>;
  /** Writes what is still to be written, and lets go of everything. */
  close(): Promise<void>;
}

export interface AppOptions {
  /** How patient LaunchDarkly's SDK is; the defaults are its own. */
  readonly launchdarkly?: Pick<
    LaunchDarklyFlagClientOptions,
    'streamInitialReconnectDelay' | 'retryRefusedAfterMs'
  >;
  /** Node's own figures in /metrics; one process can have them once. Default true. */
  readonly processMetrics?: boolean;
}

/** Joins all rooms. Throws StartError when something must be mended first. */
export async function openApp(config: Config, log: Logger, options: AppOptions = {}): Promise<App> {
  // What was opened is closed again in the opposite order, also when the start fails half way.
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).toReversed()) {
      try {
        await closeOne();
      } catch (error) {
        log.error({ err: error }, 'something did not close well');
      }
    }
  };
  try {
    return { ...(await joinRooms(config, log, closers, options)), close };
  } catch (error) {
    await close();
    throw asStartError(error);
  }
}

type Closers = (() => void | Promise<void>)[];

async function joinRooms(
  config: Config,
  log: Logger,
  closers: Closers,
  options: AppOptions,
): Promise<Omit<App, 'close'>> {
  const now = Date.now;
  const secure = config.publicUrl?.startsWith('https:') ?? false;
  const random = randomBytes;
  const version = versionIn(config.packageDir);
  mkdirSync(config.dataDir, { recursive: true });

  // The floor: the database, and what lives in it.
  const database = await openDatabase(
    config.databaseUrl === undefined
      ? { kind: 'sqlite', file: join(config.dataDir, 'dj-toggle.db') }
      : { kind: 'postgres', url: config.databaseUrl },
    { log },
  );
  closers.push(() => database.close());
  const store = await openSqlStore({
    database,
    now,
    log,
    seedFlags: readSeedFlags(join(config.packageDir, 'data', 'flags.json')),
    ...(config.databaseUrl === undefined ? {} : { listenUrl: config.databaseUrl }),
  });
  closers.push(() => store.close());
  const settings = await createSettings({ database, now, random, log });
  closers.push(() => settings.close());
  const keys = await createKeys({ database, now, random, log });
  closers.push(() => keys.close());
  const firstKeys = await keys.ensureFirstKeys(givenKeys(config));
  for (const option of firstKeys.revoked) {
    log.warn({ variable: KEY_NAMES[option] }, 'this key of the configuration was revoked and stays shut');
  }
  const events = createEventSink({ database, now, log });
  closers.push(() => events.close());
  const schedules = createSchedules({ database, now, newId: randomUUID });
  const scheduleRunner = createScheduleRunner({ schedules, store, log });
  scheduleRunner.start();
  closers.push(() => scheduleRunner.stop());
  const notifier = createNotifier({
    database,
    store,
    now,
    newId: randomUUID,
    random,
    log,
    allowedTargets: config.webhookTargets,
  });
  notifier.start();
  closers.push(() => notifier.stop());
  const playlists = openPlaylists(config, log);
  closers.push(() => playlists.close());

  // Who answers: LaunchDarkly when there is a key, and the embedded service.
  const metrics = createMetrics({
    feedLagMs: () => store.health().feedLagMs,
    streams: () => ({
      site: site.openStreams(),
      sdk: sdkHub.counts().open,
      dashboard: deskHub.counts().open,
    }),
    ofProcess: options.processMetrics ?? true,
  });
  const evaluations = createEvaluationCounts();
  const recorder = localRecorder({ events, store, log, now });
  const local = createLocalFlagClient({
    snapshots: snapshotsOf(store, DEFAULT_ENVIRONMENT),
    onTrack: recorder.track,
  });
  const flags = createFlagChain({
    local,
    logger: log,
    onEvaluation: (flagKey, variationIndex) => {
      metrics.countEvaluation(flagKey, variationIndex);
      evaluations.count(flagKey, variationIndex);
    },
    launchdarkly:
      config.launchdarkly === undefined
        ? undefined
        : createLaunchDarklyFlagClient({
            ...config.launchdarkly,
            ...options.launchdarkly,
            lastKnownGoodPath: join(config.dataDir, 'last-known-good.db'),
            logger: log,
            now,
          }),
  });
  closers.push(() => flags.close());

  // The doors.
  const seenContexts = createSeenContexts({ now });
  const streams = {
    now: () => performance.now(),
    random: Math.random,
    onError: (error: unknown) => log.error({ err: error }, 'a stream could not be written'),
  };
  const siteHub = createStreamHub(streams);
  const sdkHub = createStreamHub(streams);
  const deskHub = createStreamHub(streams);
  closers.push(
    () => siteHub.close(),
    () => sdkHub.close(),
    () => deskHub.close(),
  );
  const identity = createIdentity({ auth: config.auth, keys, log });
  const limits = createRateLimits({ now, log });
  const sessions = createSessions({ database, keys, settings, now, random, secure });
  const site = createSite({
    flags,
    topTen: playlists.topTen,
    fullPlaylist: playlists.fullPlaylist,
    demoIdentity: config.demoIdentity,
    cookieSecrets: (await settings.secrets('cookies')).map((secret) => secret.toString('base64url')),
    secureCookies: secure,
    randomKey: () => random(18).toString('base64url'),
    log,
    streams: siteHub,
    onExposure: (exposure) => {
      seenContexts.add(exposure.context);
      recorder.exposure(exposure);
    },
    onFailure: () => {
      metrics.countPlaylistFailure();
    },
  });
  const sdk = createSdkRouter({ store, identity, keys, hub: sdkHub, events, settings });
  const ofrep = createOfrepRouter({ store, identity, keys, hub: sdkHub, settings });
  closers.push(
    () => sdk.close(),
    () => ofrep.close(),
  );
  const dashboard = createDashboard({
    store,
    auth: config.auth,
    identity,
    sessions,
    csrf: createCsrf({ settings, random }),
    limits,
    assets: site.assets,
    streams: deskHub,
    counts: evaluations.counts,
    flagStatus: () => flags.status(),
    now,
    log,
  });
  closers.push(() => dashboard.close());

  let draining = false;
  const api = createApiRouter({
    store,
    keys,
    schedules,
    notifier,
    seenContexts,
    identity,
    limits,
    now,
    version,
    metrics,
    readiness: () => [
      {
        name: 'accepting',
        ok: !draining,
        detail: draining ? 'The program is stopping.' : 'The program takes requests.',
      },
      ...playlists.readiness(),
    ],
  });

  const app = express();
  app.disable('x-powered-by').set('trust proxy', config.trustedProxies).set('query parser', 'simple');
  app.use(requestIds(randomUUID), requestLog(log), metrics.timeRequests, requestRules);
  if (!config.auth) app.use(loopbackHostOnly);
  app.use(securityHeaders({ secure }));
  app.get('/docs/errors', errorCodesPage([site.assets.url('tokens.css'), site.assets.url('base.css')]));
  app.use(sdk.router, ofrep.router, api, dashboard.router, site.router);
  app.use(notFound, createErrorHandler({ log, renderErrorPage: site.renderErrorPage }));

  return {
    handler: app,
    firstKeys: namedKeys(firstKeys),
    dashboardPath: config.auth ? await sessions.loginPath() : '/dashboard',
    flagsFrom: () => flags.status().detail,
    drain: async (spreadMs) => {
      draining = true;
      await Promise.all([site.closeStreams(), sdkHub.drain(spreadMs), deskHub.drain(spreadMs)]);
    },
  };
}

function givenKeys({ adminToken, sdkKey, clientSideId, mobileKey }: Config): FirstKeysGiven {
  return {
    ...(adminToken === undefined ? {} : { adminToken }),
    ...(sdkKey === undefined ? {} : { sdkKey }),
    ...(clientSideId === undefined ? {} : { clientSideId }),
    ...(mobileKey === undefined ? {} : { mobileKey }),
  };
}

const KEY_NAMES: { readonly [Option in keyof FirstKeysGiven]-?: string } = {
  adminToken: 'ADMIN_TOKEN',
  sdkKey: 'SDK_KEY',
  clientSideId: 'CLIENT_SIDE_ID',
  mobileKey: 'MOBILE_KEY',
};

function namedKeys({ created }: FirstKeys): App['firstKeys'] {
  return Object.entries(KEY_NAMES).flatMap(([option, name]) => {
    const value = Object.entries(created).find(([made]) => made === option)?.[1];
    return value === undefined ? [] : [{ name, value }];
  });
}

function versionIn(packageDir: string): string {
  const file = z.object({ version: z.string() });
  return file.parse(JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'))).version;
}
