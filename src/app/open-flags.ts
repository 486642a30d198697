import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Closers } from './disposables.ts';
import type { Config } from './config.ts';
import { createFlagChain } from '../flags/flag-chain.ts';
import type { FlagClient } from '../flags/flag-client.ts';
import {
  createLaunchDarklyFlagClient,
  type LaunchDarklyFlagClient,
  type LaunchDarklyFlagClientOptions,
} from '../flags/launchdarkly-flag-client.ts';
import {
  createLocalFlagClient,
  type EvaluationListener,
  type TrackedEvent,
} from '../flags/local-flag-client.ts';
import { snapshotsOf } from './environment-snapshots.ts';
import { DEFAULT_ENVIRONMENT, type Store } from '../store/store.ts';

/** How patient LaunchDarkly's SDK is; the defaults are its own. */
export type LaunchDarklyPatience = Pick<
  LaunchDarklyFlagClientOptions,
  'streamInitialReconnectDelay' | 'retryRefusedAfterMs'
>;

export interface OpenFlagsDeps {
  readonly config: Config;
  readonly store: Store;
  readonly log: Logger;
  readonly onEvaluation: EvaluationListener;
  readonly onTrack: (event: TrackedEvent) => void;
  readonly patience: LaunchDarklyPatience;
}

/** Who answers the site: LaunchDarkly when there is a key, and the embedded service behind it. */
export function openFlags(deps: OpenFlagsDeps, closers: Closers): FlagClient {
  const { store, log, onEvaluation, onTrack } = deps;
  const local = createLocalFlagClient({ snapshots: snapshotsOf(store, DEFAULT_ENVIRONMENT), onTrack });
  const flags = createFlagChain({ launchdarkly: launchDarklyOf(deps), local, logger: log, onEvaluation });
  closers.push(() => flags.close());
  return flags;
}

function launchDarklyOf({ config, log, patience }: OpenFlagsDeps): LaunchDarklyFlagClient | undefined {
  if (config.launchdarkly === undefined) return undefined;
  return createLaunchDarklyFlagClient({
    ...config.launchdarkly,
    ...patience,
    lastKnownGoodPath: join(config.dataDir, 'last-known-good.db'),
    logger: log,
    now: Date.now,
  });
}
