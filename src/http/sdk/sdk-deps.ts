import type { Context } from '../../evaluation/model.ts';
import type { EventSink } from '../../experiment/events/event-sink.ts';
import type { Keys } from '../../store/keys.ts';
import type { Settings } from '../../store/settings.ts';
import type { EnvironmentRef, Store } from '../../store/store.ts';
import type { Identity } from '../guard/identity.ts';
import type { RateLimits } from '../guard/rate-limits.ts';
import type { StreamHub } from '../stream/stream-hub.ts';

/** What the doors for LaunchDarkly's SDKs stand on. */
export interface SdkDeps {
  readonly store: Store;
  readonly identity: Identity;
  readonly keys: Pick<Keys, 'clientSideIds' | 'get' | 'isKnown' | 'matchesSecureModeHash'>;
  readonly limits: Pick<RateLimits, 'failedKeys' | 'programs'>;
  readonly hub: StreamHub;
  readonly events: EventSink;
  readonly settings: Pick<Settings, 'environment'>;
  /** Told of each context that a client-side SDK asks for. Default: nobody listens. */
  readonly onContext?: (environment: EnvironmentRef, context: Context) => void;
  readonly streamLimits?: StreamLimits;
  /** Epoch milliseconds, to see when a key runs out. Default: the system's clock. */
  readonly now?: () => number;
}

export interface StreamLimits {
  /** Streams open at once with one credential from one address. Default 10,000: a fleet behind one gateway. */
  readonly perCallerAndAddress?: number;
  /** Streams open at once in this process. Default 20,000. */
  readonly total?: number;
}
