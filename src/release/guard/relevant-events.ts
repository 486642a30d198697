import type { AnalyticsEvent, ContextKey, FeatureEvent } from '../../events/analytics-event.ts';
import { DEFAULT_RULE } from '../plan/release-plan.ts';

/** What of a release decides which events concern it. */
export interface WatchedRule {
  readonly flag: string;
  readonly rule: string;
  readonly from: number;
  readonly to: number;
  /** The kind of context that is a listener. */
  readonly unitKind: string;
}

/** A listener was served one of the two variations by the rule. */
export interface ServedEvent {
  readonly kind: 'served';
  readonly unit: string;
  readonly at: number;
  readonly arm: 'control' | 'treatment';
  readonly flagVersion: number;
}

/** A listener did something, or something happened to them. */
export interface Happened {
  readonly kind: 'happened';
  readonly unit: string;
  readonly at: number;
  readonly eventKey: string;
  readonly value: number | undefined;
}

export type RelevantEvent = ServedEvent | Happened;

/**
 * What concerns a release, in the order of time; of one moment what was served comes first, since an error belongs to
 * the page that was just served. Left out are evaluations that chance did not decide (targets, other rules, the switch)
 * or whose reason or version is not known, and events without a context.
 */
export function relevantEvents(
  events: readonly AnalyticsEvent[],
  watched: WatchedRule,
  eventKeys: ReadonlySet<string>,
): readonly RelevantEvent[] {
  const relevant = events.flatMap((event): readonly RelevantEvent[] => {
    switch (event.kind) {
      case 'feature':
        return served(event, watched);
      case 'custom':
      case 'click':
      case 'pageview': {
        const unit = unitOf(event.contextKeys, watched.unitKind);
        if (unit === undefined || !eventKeys.has(event.eventKey)) return [];
        return [{ kind: 'happened', unit, at: event.at, eventKey: event.eventKey, value: event.metricValue }];
      }
      // A debug event repeats another; the rest names no variation of a listener.
      case 'debug':
      case 'index':
      case 'identify':
      case 'migration_op':
      case 'summary':
        return [];
      default:
        return event satisfies never;
    }
  });
  return relevant.toSorted((a, b) => a.at - b.at || rank(a) - rank(b));
}

const rank = ({ kind }: RelevantEvent): number => (kind === 'served' ? 0 : 1);

const unitOf = (keys: readonly ContextKey[], kind: string): string | undefined =>
  keys.find((each) => each.kind === kind)?.key;

function served(event: FeatureEvent, watched: WatchedRule): readonly ServedEvent[] {
  const { flagKey, flagVersion, variation, at, contextKeys } = event;
  if (flagKey !== watched.flag || flagVersion === undefined || !isByRule(event, watched)) return [];
  if (variation !== watched.from && variation !== watched.to) return [];
  const unit = unitOf(contextKeys, watched.unitKind);
  if (unit === undefined) return [];
  return [{ kind: 'served', unit, at, arm: variation === watched.to ? 'treatment' : 'control', flagVersion }];
}

function isByRule({ reason }: FeatureEvent, { rule }: WatchedRule): boolean {
  if (rule === DEFAULT_RULE) return reason?.kind === 'FALLTHROUGH';
  return reason?.kind === 'RULE_MATCH' && reason['ruleId'] === rule;
}
