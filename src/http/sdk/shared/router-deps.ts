import type { Context } from '../../../evaluation/model.ts';
import type { Keys } from '../../../access/keys.ts';
import type { Settings } from '../../../access/settings.ts';
import type { EnvironmentRef, Store } from '../../../store/store.ts';
import type { Identity } from '../../auth/identity.ts';
import type { RateLimits } from '../../middleware/rate-limits.ts';
import type { StreamHub } from '../../sse/stream-hub.ts';

/** What every door for programs stands on: LaunchDarkly's SDKs and OpenFeature's providers. */
export interface ProgramDeps {
  readonly store: Store;
  readonly identity: Identity;
  readonly keys: Pick<Keys, 'clientSideIds' | 'get' | 'isKnown' | 'matchesSecureModeHash'>;
  readonly limits: Pick<RateLimits, 'failedKeys' | 'programs'>;
  readonly hub: StreamHub;
  readonly settings: Pick<Settings, 'environment'>;
  /** Told of each context that a client asks for. Default: nobody listens. */
  readonly onContext?: (environment: EnvironmentRef, context: Context) => void;
  readonly streamLimits?: StreamLimits;
  /** Epoch milliseconds, to see when a key runs out. */
  readonly now: () => number;
}

export interface StreamLimits {
  /** Streams open at once with one credential from one address. Default 10,000: a fleet behind one gateway. */
  readonly perCallerAndAddress?: number;
  /** Streams open at once in this process. Default 20,000. */
  readonly total?: number;
}
