import type { RequestHandler } from 'express';
import type { Keys } from '../../../access/keys.ts';
import type { Settings } from '../../../access/settings.ts';
import type { Context } from '../../../evaluation/model.ts';
import type { EventSink } from '../../../events/event-sink.ts';
import type { EnvironmentRef, Store } from '../../../store/store.ts';
import type { Identity } from '../../auth/identity.ts';
import type { RateLimits } from '../../middleware/rate-limits.ts';
import type { StreamHub } from '../../sse/stream-hub.ts';

/** What the routers for LaunchDarkly's SDKs and for OpenFeature's providers need. */
export interface SdkDeps {
  readonly store: Store;
  readonly identity: Identity;
  readonly keys: Pick<Keys, 'clientSideIds' | 'get' | 'isKnown' | 'matchesSecureModeHash'>;
  readonly limits: Pick<RateLimits, 'failedKeys' | 'evaluations'>;
  readonly hub: StreamHub;
  readonly events: EventSink;
  readonly settings: Pick<Settings, 'environment'>;
  /** Called with each context that a client evaluates. Default: no call. */
  readonly onContext?: (environment: EnvironmentRef, context: Context) => void;
  readonly streamLimits?: StreamLimits;
  /** Epoch milliseconds, to see when a key expires. */
  readonly now: () => number;
}

export interface StreamLimits {
  /** Streams open at once with one credential from one address. Default 10,000: a fleet behind one gateway. */
  readonly perCallerAndAddress?: number;
  /** Streams open at once in this process. Default 20,000. */
  readonly total?: number;
}

export interface ClosableRouter {
  readonly router: RequestHandler;
  /** Unsubscribes from the store. The streams belong to the hub, and its owner ends them. */
  close(): void;
}

/** Bytes of a context's JSON. A larger one is not a context. */
export const MAX_CONTEXT_BYTES = 64 * 1024;
