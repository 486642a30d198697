import type { Crowd } from '../../demo/crowd.ts';
import type { SavedRun } from '../../demo/saved-run.ts';
import type { FaultSwitches } from '../../demo/faults.ts';
import type { CrowdPersona } from '../../demo/personas.ts';
import type { Pace } from '../../demo/pace.ts';
import type { ServedCounts } from '../../demo/served-counts.ts';
import type { Stopwatch } from '../../demo/stopwatch.ts';
import type { Keys } from '../../access/keys.ts';
import type { LaunchDarklyPlug } from '../../demo/unplug.ts';
import type { Experiments } from '../../experiment/experiments.ts';
import type { FlagClient } from '../../flags/flag-client.ts';
import type { RolloutPlace } from '../../flags/rollout-place.ts';
import type { ReleaseServices } from '../../release/run/release-services.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Store } from '../../store/store.ts';
import type { Csrf } from '../auth/csrf.ts';
import type { Identity } from '../auth/identity.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Assets } from '../html/assets.ts';
import type { StreamHub } from '../sse/stream-hub.ts';

/** A listener of the crowd, as the site's own page would explain their version. */
export interface Explanation {
  /** Why, in one sentence. */
  readonly because: string;
  /** Undefined when no percentage decided. */
  readonly place: RolloutPlace | undefined;
}

/** The site, open to the network for as long as a presenter wants it. */
export interface Audience {
  /** Undefined: it is not open. */
  url(): string | undefined;
  /** Does nothing without a network. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface DemoDeps {
  readonly audience: Audience;
  /** The run that ships with the program. */
  readonly shippedRun: () => SavedRun;
  readonly crowd: Crowd;
  readonly served: ServedCounts;
  readonly faults: FaultSwitches;
  readonly stopwatch: Stopwatch;
  readonly pace: Pace;
  readonly plug: Pick<LaunchDarklyPlug, 'isThere' | 'isPulled' | 'set'>;
  readonly store: Pick<Store, 'snapshot' | 'update' | 'subscribe'>;
  readonly releases: Pick<ReleaseServices, 'releases' | 'engine' | 'prepare' | 'wake'>;
  readonly experiments: Pick<Experiments, 'create' | 'start' | 'stop' | 'read'>;
  readonly flags: Pick<FlagClient, 'status' | 'onChange'>;
  readonly explain: (key: string, persona: CrowdPersona) => Promise<Explanation>;
  readonly keys: Pick<Keys, 'create'>;
  /** False when AUTH=off: every request is an administrator's. */
  readonly auth: boolean;
  readonly identity: Pick<Identity, 'requireRole'>;
  readonly sessions: Pick<Sessions, 'byCookie'>;
  readonly csrf: Csrf;
  readonly assets: Assets;
  /** Carries the pages' streams; its owner closes it. */
  readonly streams: StreamHub;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}
