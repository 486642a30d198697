import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { FlagClient, FlagSource } from '../../src/flags/flag-client.ts';
import { createFlagChain } from '../../src/flags/flag-chain.ts';
import {
  createLaunchDarklyFlagClient,
  type LaunchDarklyFlagClient,
  type LaunchDarklyFlagClientOptions,
} from '../../src/flags/launchdarkly-flag-client.ts';
import type { LocalFlagClient } from '../../src/flags/local-flag-client.ts';
import {
  startLaunchDarklyStub,
  type LaunchDarklyStub,
  type LaunchDarklyStubOptions,
} from '../support/launchdarkly-stub.ts';
import { progressiveRollout } from '../support/progressive-rollout.ts';
import { createRecordingLogger, type RecordingLogger } from '../support/recording-logger.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const SDK_KEY = 'sdk-00000000-1111-2222-3333-444444444444';

/** LaunchDarkly, with the site's flag, for the running test. */
export async function launchDarkly(
  options: Partial<LaunchDarklyStubOptions> = {},
): Promise<LaunchDarklyStub> {
  const stub = await startLaunchDarklyStub({ sdkKey: SDK_KEY, flags: [progressiveRollout()], ...options });
  onTestFinished(() => stub.close());
  return stub;
}

/** The embedded service, whose flag says the opposite of LaunchDarkly's to everybody, so that each answer shows its source. */
export const localClient = (): LocalFlagClient => ({
  variationDetail: async () => ({
    value: false,
    variationIndex: 0,
    reason: { kind: 'FALLTHROUGH' },
    source: 'local',
  }),
  track: () => {},
  onChange: () => () => {},
  status: () => ({ source: 'local', detail: 'Flags come from the embedded flag service.' }),
  flagKeys: () => ['progressive-rollout'],
  close: async () => {},
});

export interface Site {
  readonly flags: FlagClient;
  readonly launchdarkly: LaunchDarklyFlagClient;
  readonly logger: RecordingLogger;
  /** All that was announced, one list of keys each. */
  readonly changes: readonly (readonly string[])[];
  /** Ends when the flags come from there. */
  readonly comesFrom: (source: FlagSource) => Promise<void>;
}

/** A site's flag chain over the real SDK, impatient enough for a test; closed when the test ends. */
export function startSite(
  stub: LaunchDarklyStub,
  folder: string = temporaryFolder(),
  options: Partial<LaunchDarklyFlagClientOptions> = {},
): Site {
  const logger = createRecordingLogger();
  const launchdarkly = createLaunchDarklyFlagClient({
    sdkKey: SDK_KEY,
    ...stub.endpoints,
    lastKnownGoodFolder: join(folder, 'last-known-good'),
    logger,
    now: () => Date.now(),
    streamInitialReconnectDelay: 0.02,
    closeWithinMs: 500,
    retryRefusedAfterMs: 20,
    retryGarbledAfterMs: 20,
    ...options,
  });
  const flags = createFlagChain({ launchdarkly, local: localClient(), logger });
  onTestFinished(() => flags.close());
  const changes: (readonly string[])[] = [];
  flags.onChange((keys) => changes.push(keys));
  return {
    flags,
    launchdarkly,
    logger,
    changes,
    comesFrom: async (source) => {
      await expect.poll(() => flags.status().source, { timeout: 8000, interval: 5 }).toBe(source);
    },
  };
}
