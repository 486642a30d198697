import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createLaunchDarklyPlug } from '../demo/unplug.ts';
import { createSeenContexts } from '../flags/seen-contexts.ts';
import { createEvaluationCounts } from '../http/dashboard/meters/evaluation-counts.ts';
import { createAssets } from '../http/html/assets.ts';
import { createMetrics } from '../http/middleware/metrics.ts';
import { DEFAULT_ENVIRONMENT } from '../store/store.ts';
import { announceKeys, type AnnouncedKey } from './announce-keys.ts';
import type { Config } from './config.ts';
import { createHandler } from './create-handler.ts';
import { createRouters } from './create-routers.ts';
import { disposeAll, type Disposables } from './disposables.ts';
import { openFlags, type LaunchDarklyTimeouts } from './open-flags.ts';
import { openServices } from './open-services.ts';
import { openStreamHubs } from './open-stream-hubs.ts';
import { recordEvents } from './record-events.ts';
import { asStartError } from './start-error.ts';

export interface App {
  readonly handler: RequestListener;
  /** Generated at the first start and shown then; afterwards only their digests are stored. */
  readonly bootstrapKeys: readonly AnnouncedKey[];
  /** Opens the dashboard once, within a day; without a token when AUTH is off. */
  readonly dashboardPath: string;
  /** Where the flags come from, in a sentence. */
  flagsFrom(): string;
  /** /ready is 503 from now on, so that a balancer sends requests elsewhere; those that come are served. */
  stopAccepting(): void;
  /** Reports not ready, and ends every open stream, each told to reconnect within about that time. */
  drain(spreadMs: number): Promise<void>;
  /** Writes what is still queued, and closes everything. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly launchdarkly?: LaunchDarklyTimeouts;
  /** Node's own figures in /metrics; one process can have them once. Default true. */
  readonly processMetrics?: boolean;
}

/**
 * Opens everything that the program consists of, from the database up to the request handler.
 * @throws StartError when something outside the program must be mended first.
 */
export async function openApp(config: Config, log: Logger, options: AppOptions = {}): Promise<App> {
  const disposables: Disposables = [];
  const close = (): Promise<void> =>
    disposeAll(disposables, (error) => {
      log.error({ err: error }, 'something did not close well');
    });
  try {
    const services = await openServices(config, log, disposables);
    const { store, events } = services;
    const bootstrapKeys = announceKeys(services.bootstrapKeys, log);

    const hubs = openStreamHubs(log, disposables);
    const metrics = createMetrics({
      feedLagMs: () => store.health().feedLagMs,
      streams: () => ({
        site: hubs.site.counts().open,
        sdk: hubs.sdk.counts().open,
        dashboard: hubs.dashboard.counts().open,
      }),
      events: () => events.counts(),
      hasVariation: (flagKey, variation) => {
        const flag = store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(flagKey);
        return flag !== undefined && variation >= 0 && variation < flag.definition.variations.length;
      },
      ofProcess: options.processMetrics ?? true,
    });
    const evaluations = createEvaluationCounts();
    const countEvaluation = (flagKey: string, variation: number | null, times: number): void => {
      metrics.countEvaluation(flagKey, variation, times);
      evaluations.count(flagKey, variation, times);
    };
    const seenContexts = createSeenContexts({ now: Date.now });
    const recorder = recordEvents({ events, store, seenContexts, countEvaluation, log, now: Date.now });
    disposables.push(recorder.close);

    const plug = createLaunchDarklyPlug((error) =>
      log.error({ err: error }, 'a listener of the flags failed'),
    );
    const flags = await openFlags(
      {
        plug,
        config,
        store,
        log,
        onTrack: recorder.track,
        onEvaluation: (flagKey, variation) => countEvaluation(flagKey, variation, 1),
        timeouts: options.launchdarkly ?? {},
      },
      disposables,
    );

    const state = { accepting: true };
    const assets = createAssets(join(config.packageDir, 'public'));
    const routers = await createRouters(
      {
        config,
        services,
        flags,
        plug,
        seenContexts,
        recorder,
        evaluations,
        metrics,
        hubs,
        assets,
        isAccepting: () => state.accepting,
        log,
      },
      disposables,
    );

    return {
      handler: createHandler(config, { assets, routers, metrics, log }),
      bootstrapKeys,
      dashboardPath: config.auth ? await routers.sessions.loginPath() : '/dashboard',
      flagsFrom: () => flags.status().detail,
      stopAccepting: () => {
        state.accepting = false;
      },
      drain: async (spreadMs) => {
        state.accepting = false;
        await Promise.all([
          routers.site.closeStreams(spreadMs),
          hubs.sdk.drain(spreadMs),
          hubs.dashboard.drain(spreadMs),
        ]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw asStartError(error);
  }
}
