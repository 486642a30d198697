import { join } from 'node:path';
import type { Logger } from 'pino';
import type { LaunchDarklyPlug } from '../demo/unplug.ts';
import type { Disposables } from './disposables.ts';
import type { Config } from './config.ts';
import { createFlagChain, type FlagChain } from '../flags/flag-chain.ts';
import type {
  LaunchDarklyFlagClient,
  LaunchDarklyFlagClientOptions,
} from '../flags/launchdarkly-flag-client.ts';
import {
  createLocalFlagClient,
  type EvaluationListener,
  type TrackedEvent,
} from '../flags/local-flag-client.ts';
import { environmentSnapshots } from './environment-snapshots.ts';
import { DEFAULT_ENVIRONMENT, type Store } from '../store/store.ts';

/** How long LaunchDarkly's SDK waits before it tries again. The defaults are its own. */
export type LaunchDarklyTimeouts = Pick<
  LaunchDarklyFlagClientOptions,
  'streamInitialReconnectDelay' | 'retryRefusedAfterMs'
>;

export interface OpenFlagsDeps {
  readonly config: Config;
  readonly store: Store;
  readonly log: Logger;
  readonly onEvaluation: EvaluationListener;
  readonly onTrack: (event: TrackedEvent) => void;
  readonly timeouts: LaunchDarklyTimeouts;
  /** Stands between the site and LaunchDarkly. */
  readonly plug: LaunchDarklyPlug;
}

/** The flag client of the site: LaunchDarkly when there is a key, with the embedded service behind it. */
export async function openFlags(deps: OpenFlagsDeps, disposables: Disposables): Promise<FlagChain> {
  const { store, log, onEvaluation, onTrack } = deps;
  const local = createLocalFlagClient({
    snapshots: environmentSnapshots(store, DEFAULT_ENVIRONMENT),
    onTrack,
  });
  const flags = createFlagChain({
    launchdarkly: await openLaunchDarkly(deps),
    local,
    logger: log,
    onEvaluation,
  });
  disposables.push(() => flags.close());
  return flags;
}

/** Without a key the SDK is not even loaded. */
async function openLaunchDarkly({
  config,
  log,
  timeouts,
  plug,
}: OpenFlagsDeps): Promise<LaunchDarklyFlagClient | undefined> {
  if (config.launchdarkly === undefined) return undefined;
  const { createLaunchDarklyFlagClient } = await import('../flags/launchdarkly-flag-client.ts');
  const client = createLaunchDarklyFlagClient({
    ...config.launchdarkly,
    ...timeouts,
    lastKnownGoodFolder: join(config.dataDir, 'last-known-good'),
    logger: log,
    now: Date.now,
  });
  return plug.wrap(client);
}
