import type { AnalyticsEvent, ContextKey, FeatureEvent } from '../../events/analytics-event.ts';
import type { RunningExperiment } from '../experiment.ts';
import { eventKeysOf } from '../metrics/metric.ts';
import { DEFAULT_RULE } from '../rule-weights.ts';
import type { MetricEvent } from './unit-value.ts';

export interface ServedVariation {
  readonly unit: string;
  readonly flagVersion: number;
  readonly variation: number;
  readonly at: number;
}

export interface RelevantEvents {
  readonly served: readonly ServedVariation[];
  /** By unit, in the order in which they came. */
  readonly happened: ReadonlyMap<string, readonly MetricEvent[]>;
}

/**
 * What concerns an experiment. Left out are evaluations that chance did not decide (targets, other rules, the switch),
 * or whose reason or version is not known, and events of contexts of another kind.
 */
export function relevantEvents(
  events: readonly AnalyticsEvent[],
  experiment: RunningExperiment,
): RelevantEvents {
  const keys = new Set(experiment.metrics.flatMap(eventKeysOf));
  const served: ServedVariation[] = [];
  const happened = new Map<string, MetricEvent[]>();
  for (const event of events) {
    switch (event.kind) {
      case 'feature':
      case 'debug': {
        const exposure = servedOf(event, experiment);
        if (exposure !== undefined) served.push(exposure);
        break;
      }
      case 'custom':
      case 'click':
      case 'pageview': {
        const unit = unitOf(event.contextKeys, experiment.unitKind);
        if (unit === undefined || !keys.has(event.eventKey)) break;
        const { eventKey, metricValue: value = null, at } = event;
        happened.set(unit, [...(happened.get(unit) ?? []), { eventKey, value, at }]);
        break;
      }
      // They name no variation.
      case 'index':
      case 'identify':
      case 'migration_op':
      case 'summary':
        break;
      default:
        event satisfies never;
    }
  }
  return { served, happened };
}

const unitOf = (keys: readonly ContextKey[], kind: string): string | undefined =>
  keys.find((each) => each.kind === kind)?.key;

function servedOf(event: FeatureEvent, experiment: RunningExperiment): ServedVariation | undefined {
  const { flagKey, flagVersion, variation, at, contextKeys } = event;
  if (flagKey !== experiment.design.flag_name || flagVersion === undefined || variation === undefined)
    return undefined;
  if (!isByRule(event, experiment.design.rule) || !experiment.variations.includes(variation))
    return undefined;
  const unit = unitOf(contextKeys, experiment.unitKind);
  return unit === undefined ? undefined : { unit, flagVersion, variation, at };
}

function isByRule({ reason }: FeatureEvent, rule: string): boolean {
  if (rule === DEFAULT_RULE) return reason?.kind === 'FALLTHROUGH';
  return reason?.kind === 'RULE_MATCH' && reason['ruleId'] === rule;
}
