import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { closeAll, type Closers } from './disposables.ts';
import type { Config } from './config.ts';
import { createSeenContexts } from '../flags/seen-contexts.ts';
import { atDoors, followEvents } from './follow-events.ts';
import { createApiRouter } from '../http/api/api-router.ts';
import { createDashboard } from '../http/dashboard/create-dashboard.ts';
import { createEvaluationCounts } from '../http/dashboard/evaluation-counts.ts';
import { createCsrf } from '../http/auth/csrf.ts';
import { errorCodesPage } from '../http/problems/error-codes-page.ts';
import { createErrorHandler, notFound } from '../http/problems/error-handler.ts';
import { idempotency } from '../http/middleware/idempotency.ts';
import { createIdentity } from '../http/auth/identity.ts';
import { requestLog } from '../http/middleware/logging.ts';
import { createMetrics } from '../http/middleware/metrics.ts';
import { createRateLimits } from '../http/middleware/rate-limits.ts';
import { requestIds } from '../http/middleware/request-id.ts';
import { loopbackHostOnly, requestRules } from '../http/middleware/request-rules.ts';
import { createSessions } from '../http/auth/sessions.ts';
import { createOfrepRouter } from '../http/ofrep/create-ofrep-router.ts';
import { createSdkRouter } from '../http/sdk/create-sdk-router.ts';
import { securityHeaders } from '../http/middleware/security-headers.ts';
import { createAssets } from '../http/html/assets.ts';
import { createSite } from '../http/site/site.ts';
import { createStreamHub } from '../http/sse/stream-hub.ts';
import { localRecorder } from './local-recorder.ts';
import { namedKeys, warnOfRevokedKeys, type NamedKey } from './announce-keys.ts';
import { openFlags, type LaunchDarklyPatience } from './open-flags.ts';
import { openFloor } from './open-services.ts';
import { createIdempotentRequests } from '../store/idempotent-requests.ts';
import { asStartError } from './start-error.ts';

/** An audience sits behind one address. */
const AUDIENCE = { perProcess: 8_000, perAddress: 1_000 };

export interface App {
  readonly handler: RequestListener;
  /** Made at the first start and shown then; afterwards only their digests are kept. */
  readonly firstKeys: readonly NamedKey[];
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
  readonly launchdarkly?: LaunchDarklyPatience;
  /** Node's own figures in /metrics; one process can have them once. Default true. */
  readonly processMetrics?: boolean;
}

/** Joins all rooms. Throws StartError when something must be mended first. */
export async function openApp(config: Config, log: Logger, options: AppOptions = {}): Promise<App> {
  const closers: Closers = [];
  const close = (): Promise<void> =>
    closeAll(closers, (error) => {
      log.error({ err: error }, 'something did not close well');
    });
  try {
    return { ...(await joinRooms(config, log, closers, options)), close };
  } catch (error) {
    await close();
    throw asStartError(error);
  }
}

const stopwatch = (): number => performance.now();

async function joinRooms(
  config: Config,
  log: Logger,
  closers: Closers,
  options: AppOptions,
): Promise<Omit<App, 'close'>> {
  const now = Date.now;
  const random = randomBytes;
  const secure = config.publicUrl?.startsWith('https:') ?? false;
  const floor = await openFloor(config, log, closers);
  const { database, store, settings, keys, events, schedules, notifier, playlists } = floor;
  warnOfRevokedKeys(floor.firstKeys, log);

  const metrics = createMetrics({
    now: stopwatch,
    feedLagMs: () => store.health().feedLagMs,
    streams: () => ({
      site: site.openStreams(),
      sdk: sdkHub.counts().open,
      dashboard: deskHub.counts().open,
    }),
    events: () => events.counts(),
    ofProcess: options.processMetrics ?? true,
  });
  const evaluations = createEvaluationCounts();
  const countEvaluation = (flagKey: string, variation: number | null, times: number): void => {
    metrics.countEvaluation(flagKey, variation, times);
    evaluations.count(flagKey, variation, times);
  };
  const recorder = localRecorder({ events, store, log, now });
  const flags = openFlags(
    {
      config,
      store,
      log,
      onTrack: recorder.track,
      onEvaluation: (flagKey, variationIndex) => {
        countEvaluation(flagKey, variationIndex, 1);
      },
      patience: options.launchdarkly ?? {},
    },
    closers,
  );

  // The doors.
  const seenContexts = createSeenContexts({ now });
  closers.push(followEvents(events.live, { seenContexts, countEvaluation }));
  const { onEvaluation, onContext, onReportedContext } = atDoors({ seenContexts, countEvaluation });
  const streams = {
    now: stopwatch,
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
  const assets = createAssets(join(import.meta.dirname, '..', '..', 'public'));
  const site = createSite({
    assets,
    flags,
    topTen: playlists.topTen,
    fullPlaylist: playlists.fullPlaylist,
    demoIdentity: config.demoIdentity,
    cookieSecrets: await settings.secrets('cookies'),
    secureCookies: secure,
    randomKey: () => random(18).toString('base64url'),
    log,
    streams: siteHub,
    streamLimits: AUDIENCE,
    onExposure: (exposure) => {
      seenContexts.add(exposure.context);
      recorder.exposure(exposure);
    },
    onFailure: () => {
      metrics.countPlaylistFailure();
    },
  });
  const sdk = createSdkRouter({
    store,
    identity,
    keys,
    limits,
    hub: sdkHub,
    events,
    settings,
    onContext: onReportedContext,
    now,
  });
  const ofrep = createOfrepRouter({
    store,
    identity,
    keys,
    limits,
    hub: sdkHub,
    settings,
    onContext,
    onEvaluation,
    now,
  });
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
    assets,
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
    settings,
    schedules,
    notifier,
    seenContexts,
    identity,
    limits,
    requireIfMatch: config.requireIfMatch,
    idempotency: idempotency({ requests: createIdempotentRequests({ database, now }), log }),
    now,
    version: versionIn(config.packageDir),
    metrics,
    onEvaluation,
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
  app.use(securityHeaders({ secure, newNonce: () => random(18).toString('base64') }));
  app.get(
    '/docs/errors',
    errorCodesPage((name) => assets.url(name)),
  );
  app.use(assets.router, sdk.router, ofrep.router, api, dashboard.router, site.router);
  app.use(notFound, createErrorHandler({ log, renderErrorPage: site.renderErrorPage }));

  return {
    handler: app,
    firstKeys: namedKeys(floor.firstKeys),
    dashboardPath: config.auth ? await sessions.loginPath() : '/dashboard',
    flagsFrom: () => flags.status().detail,
    drain: async (spreadMs) => {
      draining = true;
      await Promise.all([site.closeStreams(spreadMs), sdkHub.drain(spreadMs), deskHub.drain(spreadMs)]);
    },
  };
}

function versionIn(packageDir: string): string {
  const file = z.object({ version: z.string() });
  return file.parse(JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'))).version;
}
