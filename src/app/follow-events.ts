import type { AnalyticsEvent } from '../events/analytics-event.ts';
import type { LiveEvents } from '../events/live-events.ts';
import type { SeenContexts } from '../flags/seen-contexts.ts';
import { checkContext } from '../evaluation/check-context.ts';
import { type Context } from '../evaluation/model.ts';
import { DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../store/store.ts';

export interface EventFollowers {
  readonly seenContexts: Pick<SeenContexts, 'add' | 'meet'>;
  /** So often was a variation (its index; null: the caller's default) of a flag served. */
  readonly countEvaluation: (flagKey: string, variation: number | null, times: number) => void;
}

/**
 * What applications report through their SDKs is seen and counted like what the site's own listeners get: their
 * contexts are in the sample that previews are tried on, and their evaluations in the meters. Returns the way out.
 */
export function followEvents(live: LiveEvents, followers: EventFollowers): () => void {
  return live.subscribe((events) => {
    for (const { environment, event } of events) {
      if (isDefault(environment)) follow(event, followers);
    }
  });
}

export interface AtDoors {
  /** A door has answered, and nobody will report it. */
  readonly onEvaluation: (environment: EnvironmentRef, flagKey: string, variation: number | null) => void;
  /** A context has asked at a door whose clients report nothing. */
  readonly onContext: (environment: EnvironmentRef, context: Context) => void;
  /** A context has asked at a door whose clients report it as well, as they think fit. */
  readonly onReportedContext: (environment: EnvironmentRef, context: Context) => void;
}

/**
 * What is served at a door is counted there only when nobody reports it: OpenFeature's protocol and the management API
 * have no reports. LaunchDarkly's SDKs, in browsers too, sum up what their application used and report that: to count what
 * they fetch (every flag, at every page view) would count it twice, and what nobody used.
 */
export function atDoors({ seenContexts, countEvaluation }: EventFollowers): AtDoors {
  return {
    onEvaluation: (environment, flagKey, variation) => {
      if (isDefault(environment)) countEvaluation(flagKey, variation, 1);
    },
    onContext: (environment, context) => {
      if (isDefault(environment)) seenContexts.add(context);
    },
    onReportedContext: (environment, context) => {
      if (isDefault(environment)) seenContexts.meet(context);
    },
  };
}

function follow(event: AnalyticsEvent, { seenContexts, countEvaluation }: EventFollowers): void {
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
    // A summary counts these too.
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

function isDefault({ project, environment }: EnvironmentRef): boolean {
  return project === DEFAULT_ENVIRONMENT.project && environment === DEFAULT_ENVIRONMENT.environment;
}
