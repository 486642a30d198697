import type { Logger } from '../shared/logger.ts';
import type { EventSink } from '../events/event-sink.ts';
import { localExposure, localTrack } from '../events/local-events.ts';
import type { AnalyticsEvent } from '../events/analytics-event.ts';
import type { TrackedEvent } from '../flags/local-flag-client.ts';
import type { SiteExposure } from '../http/site/site.ts';
import { DEFAULT_ENVIRONMENT, StoreUnavailableError, type Store } from '../store/store.ts';

export interface LocalRecorder {
  readonly track: (event: TrackedEvent) => void;
  readonly exposure: (exposure: SiteExposure) => void;
}

/**
 * Keeps what the site's own listeners saw and did, where what SDKs report is kept. A page never waits for it; what the
 * sink cannot keep waiting for the database is not counted, and the log says so.
 */
export function localRecorder(deps: {
  readonly events: Pick<EventSink, 'record'>;
  readonly store: Pick<Store, 'snapshot'>;
  readonly log: Logger;
  readonly now: () => number;
}): LocalRecorder {
  const { events, store, log, now } = deps;

  const record = (event: AnalyticsEvent | undefined): void => {
    if (event === undefined) return;
    events.record(DEFAULT_ENVIRONMENT, [event]).catch((error: unknown) => {
      if (error instanceof StoreUnavailableError)
        log.warn({ reason: error.message }, 'an event of the site was not counted');
      else log.error({ err: error }, 'an event of the site was not counted');
    });
  };

  return {
    track: ({ eventKey, context, data, metricValue }) => {
      record(localTrack(eventKey, context, now(), data, metricValue));
    },
    exposure: ({ flagKey, context, answer }) => {
      // LaunchDarkly's SDK reports its own answers to LaunchDarkly.
      if (answer.source !== 'local') return;
      const version = store.snapshot(DEFAULT_ENVIRONMENT)?.flags.get(flagKey)?.version;
      record(
        localExposure(
          { key: flagKey, ...(version === undefined ? {} : { version }) },
          context,
          answer,
          now(),
        ),
      );
    },
  };
}
