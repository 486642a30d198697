import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Pace } from '../demo/pace.ts';
import type { EventSink } from '../events/event-sink.ts';
import { PLAYLIST_FLAG } from '../http/html/playlist-flag.ts';
import { createReleaseServices, type ReleaseServices } from '../release/run/release-services.ts';
import type { Database } from '../store/sql/database.ts';
import type { SqlStore } from '../store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT } from '../store/store.ts';
import type { Config } from './config.ts';
import type { Disposables } from './disposables.ts';

interface ReleaseFoundation {
  readonly database: Database;
  readonly store: SqlStore;
  readonly now: () => number;
  readonly events: EventSink;
  readonly log: Logger;
  readonly pace: Pace;
}

/** Releases, carried out from now on by this instance or another one. */
export function openReleases(
  { launchdarkly }: Config,
  { database, now, store, events, log, pace }: ReleaseFoundation,
  disposables: Disposables,
): ReleaseServices {
  const releases = createReleaseServices({
    database,
    store,
    now,
    clock: () => performance.now(),
    newId: randomUUID,
    pace: () => pace.current(),
    log,
    servedElsewhere: ({ project, environment }, flagKey) => {
      const isOfSite =
        flagKey === PLAYLIST_FLAG &&
        project === DEFAULT_ENVIRONMENT.project &&
        environment === DEFAULT_ENVIRONMENT.environment;
      return launchdarkly !== undefined && isOfSite
        ? 'LaunchDarkly serves this flag, since LD_SDK_KEY is set: release it there, or start without the key'
        : undefined;
    },
  });
  releases.start();
  disposables.push(() => releases.stop());
  disposables.push(events.live.subscribe(() => releases.onEvents()));
  return releases;
}
