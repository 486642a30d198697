import type { Logger } from '../shared/logger.ts';
import { checkContext } from '../evaluation/check-context.ts';
import type { EvaluationDetail } from '../evaluation/detail.ts';
import type { Context } from '../evaluation/model.ts';
import type { AnalyticsEvent } from '../events/analytics-event.ts';
import type { EventSink } from '../events/event-sink.ts';
import { isTracked } from '../events/event-tracking.ts';
import { localExposure, localTrack } from '../events/local-events.ts';
import type { TrackedEvent } from '../flags/local-flag-client.ts';
import type { SeenContexts } from '../flags/seen-contexts.ts';
import type { SiteExposure } from '../http/site/create-site.ts';
import {
  DEFAULT_ENVIRONMENT,
  StoreUnavailableError,
  type EnvironmentRef,
  type Store,
} from '../store/store.ts';

export interface RecordEventsDeps {
  readonly events: Pick<EventSink, 'record' | 'live'>;
  readonly store: Pick<Store, 'snapshot'>;
  readonly seenContexts: Pick<SeenContexts, 'add' | 'noteReported'>;
  /** A variation (its index; null for the caller's default) of a flag was served `times` times. */
  readonly countEvaluation: (flagKey: string, variation: number | null, times: number) => void;
  readonly log: Logger;
  readonly now: () => number;
}

export interface EventRecorder {
  /** A listener of the site did something (play, like, skip). */
  readonly track: (event: TrackedEvent) => void;
  /** A listener of the site was served a version. */
  readonly exposure: (exposure: SiteExposure) => void;
  /** The API or OFREP evaluated a flag. Their clients send no events, so it is counted here. */
  readonly evaluation: (
    environment: EnvironmentRef,
    flagKey: string,
    detail: EvaluationDetail,
    context: Context,
    userAgent?: string,
  ) => void;
  /** A context asked through an endpoint whose clients send no events. */
  readonly context: (environment: EnvironmentRef, context: Context) => void;
  /** A context asked through an endpoint whose clients also report it, without the attributes that they keep private. */
  readonly reportedContext: (environment: EnvironmentRef, context: Context) => void;
  readonly close: () => void;
}

/**
 * Records who was served what, from all three sources: the site's own listeners, endpoints whose clients send no events,
 * and the events that SDKs report. Contexts go into the sample that previews are tried on, evaluations into the
 * counters of the dashboard and of /metrics, exposures and engagement into the database.
 *
 * Evaluations that LaunchDarkly's SDKs fetch are not counted when they are fetched: an SDK fetches every flag and
 * reports those that its application used, so counting both would count some twice and others that none used.
 */
export function recordEvents(deps: RecordEventsDeps): EventRecorder {
  const { events, store, seenContexts, countEvaluation, log, now } = deps;

  let watched: Promise<void> | undefined;
  /** A page never waits for the database. What does not fit into the queue is left out, and each batch of it logged. */
  const record = (event: AnalyticsEvent | undefined, environment = DEFAULT_ENVIRONMENT): void => {
    if (event === undefined) return;
    const written = events.record(environment, [event]);
    if (written === watched) return;
    watched = written;
    written.catch((error: unknown) => {
      if (error instanceof StoreUnavailableError)
        log.warn({ reason: error.message }, 'events of the site were not counted');
      else log.error({ err: error }, 'events of the site were not counted');
    });
  };

  /** Of a rule whose events are tracked, as SDKs record it: experiments and releases need to know who was served what. */
  const recordTracked = (
    environment: EnvironmentRef,
    flagKey: string,
    detail: EvaluationDetail,
    context: Context,
    userAgent?: string,
  ): void => {
    const flag = store.snapshot(environment)?.flags.get(flagKey)?.definition;
    if (flag !== undefined && isTracked(flag, detail.reason))
      record(localExposure(flag, context, detail, now(), userAgent), environment);
  };

  const unsubscribe = events.live.subscribe((reported) => {
    for (const { environment, event } of reported) {
      if (isDefault(environment)) noteReported(event, deps);
    }
  });

  return {
    track: ({ eventKey, context, data, metricValue }) => {
      record(localTrack(eventKey, context, now(), data, metricValue));
    },
    exposure: ({ flagKey, context, evaluation, flagVersion, version: served, userAgent, durationMs }) => {
      seenContexts.add(context);
      // LaunchDarkly's SDK reports its own evaluations to LaunchDarkly.
      if (evaluation.source !== 'local') return;
      const flag = { key: flagKey, ...(flagVersion === undefined ? {} : { version: flagVersion }) };
      const at = now();
      record(localExposure(flag, context, evaluation, at, userAgent));
      record(localTrack('page-duration', context, at, { version: served }, durationMs));
    },
    evaluation: (environment, flagKey, detail, context, userAgent) => {
      if (isDefault(environment)) countEvaluation(flagKey, detail.variationIndex, 1);
      recordTracked(environment, flagKey, detail, context, userAgent);
    },
    context: (environment, context) => {
      if (isDefault(environment)) seenContexts.add(context);
    },
    reportedContext: (environment, context) => {
      if (isDefault(environment)) seenContexts.noteReported(context);
    },
    close: unsubscribe,
  };
}

function noteReported(
  event: AnalyticsEvent,
  { seenContexts, countEvaluation }: Pick<RecordEventsDeps, 'seenContexts' | 'countEvaluation'>,
): void {
  switch (event.kind) {
    case 'index':
    case 'identify': {
      const check = checkContext(event.context);
      if (check.ok) seenContexts.add(check.context);
      break;
    }
    case 'summary':
      for (const { flagKey, variation, count } of event.counters)
        countEvaluation(flagKey, variation ?? null, count);
      break;
    // A summary counts these as well.
    case 'feature':
    case 'debug':
    case 'custom':
    case 'click':
    case 'pageview':
    case 'migration_op':
      break;
    default:
      event satisfies never;
  }
}

/** The counters and the sample are those of the environment that the site runs in. */
function isDefault({ project, environment }: EnvironmentRef): boolean {
  return project === DEFAULT_ENVIRONMENT.project && environment === DEFAULT_ENVIRONMENT.environment;
}
