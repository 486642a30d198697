import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { createFaultSwitches } from '../demo/faults.ts';
import type { LaunchDarklyPlug } from '../demo/unplug.ts';
import { createServedCounts } from '../demo/served-counts.ts';
import type { FlagChain } from '../flags/flag-chain.ts';
import type { SeenContexts } from '../flags/seen-contexts.ts';
import type { ReadinessCheck } from '../http/api/api-deps.ts';
import { createCursors } from '../http/api/items/cursors.ts';
import { createApiRouter } from '../http/api/api-router.ts';
import { createTransfer } from '../http/api/transfer/create-transfer.ts';
import { createCsrf } from '../http/auth/csrf.ts';
import { createIdentity } from '../http/auth/identity.ts';
import { createSessions, type Sessions } from '../http/auth/sessions.ts';
import type { EvaluationCounts } from '../http/dashboard/meters/evaluation-counts.ts';
import { createPageCounts } from '../http/dashboard/meters/page-counts.ts';
import type { Assets } from '../http/html/assets.ts';
import { byFirstSegment } from '../http/middleware/by-first-segment.ts';
import { idempotency } from '../http/middleware/idempotency.ts';
import type { Metrics } from '../http/middleware/metrics.ts';
import { sdkKeyIn } from '../http/auth/credentials.ts';
import { createRateLimits } from '../http/middleware/rate-limits.ts';
import { createOfrepRouter } from '../http/ofrep/create-ofrep-router.ts';
import { createSdkRouter } from '../http/sdk/create-sdk-router.ts';
import { hasKnownKey } from '../http/sdk/shared/has-known-key.ts';
import { PLAYLIST_FLAG } from '../http/html/playlist-flag.ts';
import { rolloutPlace } from '../flags/rollout-place.ts';
import { createSite, type Site } from '../http/site/create-site.ts';
import { DEFAULT_ENVIRONMENT } from '../store/store.ts';
import { createIdempotentRequests } from '../store/idempotent-requests.ts';
import type { Config } from './config.ts';
import { siteOnlyHandler } from './site-only-handler.ts';
import { describeConfig } from './describe-config.ts';
import type { Disposables } from './disposables.ts';
import type { Services } from './open-services.ts';
import type { StreamHubs } from './open-stream-hubs.ts';
import type { EventRecorder } from './record-events.ts';

/** Where the pages of a talk are, in demo mode. */
const DEMO_PATHS = ['floor', 'walkthrough'];

/** Streams of the site: an audience shares one address. */
const SITE_STREAMS = { perProcess: 8_000, perAddress: 1_000 };

export interface CreateRoutersDeps {
  readonly config: Config;
  readonly services: Services;
  readonly flags: FlagChain;
  /** Between the site and LaunchDarkly; only a talk pulls it. */
  readonly plug: LaunchDarklyPlug;
  readonly seenContexts: SeenContexts;
  readonly recorder: EventRecorder;
  readonly evaluations: EvaluationCounts;
  readonly metrics: Metrics;
  readonly hubs: StreamHubs;
  readonly assets: Assets;
  /** False while the program stops: /ready says so. */
  readonly isAccepting: () => boolean;
  readonly log: Logger;
}

export interface Routers {
  readonly site: Site;
  readonly sdk: RequestHandler;
  readonly ofrep: RequestHandler;
  readonly api: RequestHandler[];
  readonly dashboard: RequestHandler;
  readonly sessions: Sessions;
}

/** Every router, each with what it needs. They do not know each other. */
export async function createRouters(deps: CreateRoutersDeps, disposables: Disposables): Promise<Routers> {
  const { config, services, flags, seenContexts, recorder, evaluations, metrics, hubs, assets, log } = deps;
  const {
    database,
    store,
    settings,
    keys,
    events,
    experiments,
    metricDefinitions,
    schedules,
    releases,
    notifier,
    playlists,
    now,
  } = services;
  const random = randomBytes;
  const secure = config.publicUrl?.startsWith('https:') ?? false;
  const identity = createIdentity({ auth: config.auth, keys, log });
  const limits = createRateLimits({ now, isKnownToken: hasKnownKey(keys, sdkKeyIn) });
  const sessions = createSessions({ database, keys, settings, now, random, secure });

  const faults = createFaultSwitches(Math.random, (error) =>
    log.error({ err: error }, 'a listener of the faults failed'),
  );
  const served = createServedCounts();
  const playlistFlag = () => store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(PLAYLIST_FLAG);
  const pageCounts = createPageCounts(() => playlistFlag()?.version);
  const site = createSite({
    flags,
    topTen: playlists.topTen,
    fullPlaylist: faults.inject(playlists.fullPlaylist),
    beforeVersion: (version) => faults.delay(version),
    failsTopTen: () => {
      const fails = faults.failsTopTen();
      if (fails) pageCounts.error(false);
      return fails;
    },
    flagVersion: () => playlistFlag()?.version,
    rolloutPlace: (context, reason) => {
      const snapshot = store.snapshot(DEFAULT_ENVIRONMENT);
      const flag = playlistFlag();
      return snapshot === undefined || flag === undefined
        ? undefined
        : rolloutPlace(flag.definition, reason, snapshot.evaluator, context);
    },
    demoIdentity: config.demoIdentity,
    cookieSecrets: await settings.liveSecrets('cookies'),
    secureCookies: secure,
    randomKey: () => random(18).toString('base64url'),
    clock: () => performance.now(),
    assets,
    log,
    streams: hubs.site,
    streamLimits: SITE_STREAMS,
    onExposure: (exposure) => {
      pageCounts.page(exposure.evaluation.value, exposure.durationMs);
      if (config.demo) served.page(exposure.context, exposure.evaluation.value);
      recorder.exposure(exposure);
    },
    onFailure: ({ evaluation }) => {
      pageCounts.error(evaluation.value);
      metrics.countPlaylistFailure();
    },
  });

  const sdk = createSdkRouter({
    store,
    identity,
    keys,
    limits,
    hub: hubs.sdk,
    events,
    settings,
    onContext: recorder.reportedContext,
    now,
  });
  disposables.push(() => sdk.close());

  const ofrep = createOfrepRouter({
    store,
    identity,
    keys,
    limits,
    hub: hubs.sdk,
    settings,
    onContext: recorder.context,
    onEvaluation: recorder.evaluation,
    now,
  });
  disposables.push(() => ofrep.close());

  const dashboard = loadedWhenAsked(async () => {
    const { createDashboard } = await import('../http/dashboard/create-dashboard.ts');
    const opened = createDashboard({
      store,
      random,
      keys,
      settings,
      schedules,
      transfer: createTransfer({ store, database, now }),
      configuration: describeConfig(config),
      releases,
      notifier,
      auth: config.auth,
      identity,
      sessions,
      csrf: createCsrf({ settings, random }),
      limits,
      assets,
      streams: hubs.dashboard,
      contexts: () => seenContexts.list(),
      experiments,
      metricDefinitions,
      liveEvents: events.live,
      counts: evaluations.counts,
      pages: pageCounts.counts,
      flagStatus: () => flags.status(),
      launchdarkly: {
        received: () => flags.received(),
        onChange: (listener) => flags.onChange(listener),
      },
      faults: () => faults.current(),
      now,
      log,
    });
    disposables.push(() => opened.close());
    return opened.router;
  });

  const demo = loadedWhenAsked(async () => {
    const { openDemo } = await import('./open-demo.ts');
    const csrf = createCsrf({ settings, random });
    const streams = hubs.dashboard;
    return openDemo(
      {
        auth: config.auth,
        services,
        flags,
        site,
        faults,
        plug: deps.plug,
        packageDir: config.packageDir,
        siteOnly: siteOnlyHandler({ assets, site, metrics, log }),
        served,
        identity,
        sessions,
        csrf,
        assets,
        streams,
        now,
        log,
      },
      disposables,
    ).router;
  });

  const api = createApiRouter({
    database,
    store,
    keys,
    settings,
    experiments,
    metricDefinitions,
    schedules,
    releases,
    ...(config.demo ? { faults } : {}),
    notifier,
    seenContexts,
    identity,
    limits,
    cursors: createCursors((await settings.secrets('cursors'))[0]),
    requireIfMatch: config.requireIfMatch,
    idempotency: idempotency({ requests: createIdempotentRequests({ database, now }), log }),
    now,
    version: versionIn(config.packageDir),
    metrics,
    onEvaluation: recorder.evaluation,
    readiness: () => [accepting(deps.isAccepting()), ...playlists.readiness()],
  });

  return {
    site,
    sdk: sdk.router,
    ofrep: ofrep.router,
    api,
    dashboard: byFirstSegment(
      new Map([
        ['dashboard', dashboard],
        ...(config.demo ? DEMO_PATHS.map((path) => [path, demo] as const) : []),
      ]),
    ),
    sessions,
  };
}

/** A router whose modules are loaded with the first request for it: the dashboard's are a seventh of the program. */
function loadedWhenAsked(load: () => Promise<RequestHandler>): RequestHandler {
  let loading: Promise<RequestHandler> | undefined;
  return async (request, response, next) => {
    loading ??= load();
    const handle = await loading;
    return handle(request, response, next);
  };
}

function accepting(ok: boolean): ReadinessCheck {
  return {
    name: 'accepting',
    ok,
    required: true,
    detail: ok ? 'The program accepts requests.' : 'The program is stopping.',
  };
}

function versionIn(packageDir: string): string {
  const file = z.object({ version: z.string() });
  return file.parse(JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'))).version;
}
