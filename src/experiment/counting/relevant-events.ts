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
  /** Units that an event of any kind says are bots. */
  readonly bots: ReadonlySet<string>;
}

/**
 * What concerns an experiment. Left out are evaluations that chance did not decide (targets, other rules, the switch),
 * or whose reason or version is not known, and events of contexts of another kind. An `index` or `identify` is no
 * exposure: it says that a context was seen, with its attributes, and not that this flag was evaluated for it. What it is
 * used for is whether the context is a bot.
 */
export function relevantEvents(
  events: readonly AnalyticsEvent[],
  experiment: RunningExperiment,
): RelevantEvents {
  const keys = new Set(experiment.metrics.flatMap(eventKeysOf));
  const served: ServedVariation[] = [];
  const happened = new Map<string, MetricEvent[]>();
  const bots = new Set<string>();
  for (const event of events) {
    if (event.kind === 'summary') continue;
    const unit = unitOf(event.contextKeys, experiment.unitKind);
    if (unit === undefined) continue;
    if (event.isBot === true) bots.add(unit);
    switch (event.kind) {
      case 'feature':
      case 'debug': {
        const exposure = servedOf(event, unit, experiment);
        if (exposure !== undefined) served.push(exposure);
        break;
      }
      case 'custom':
      case 'click':
      case 'pageview': {
        if (!keys.has(event.eventKey)) break;
        const { eventKey, metricValue: value = null, at } = event;
        happened.set(unit, [...(happened.get(unit) ?? []), { eventKey, value, at }]);
        break;
      }
      // They name no variation.
      case 'index':
      case 'identify':
      case 'migration_op':
        break;
      default:
        event satisfies never;
    }
  }
  return { served, happened, bots };
}

const unitOf = (keys: readonly ContextKey[], kind: string): string | undefined =>
  keys.find((each) => each.kind === kind)?.key;

function servedOf(
  event: FeatureEvent,
  unit: string,
  experiment: RunningExperiment,
): ServedVariation | undefined {
  const { flagKey, flagVersion, variation, at } = event;
  if (flagKey !== experiment.design.flag_name || flagVersion === undefined || variation === undefined)
    return undefined;
  if (!isByRule(event, experiment.design.rule) || !experiment.variations.includes(variation))
    return undefined;
  return { unit, flagVersion, variation, at };
}

function isByRule({ reason }: FeatureEvent, rule: string): boolean {
  if (rule === DEFAULT_RULE) return reason?.kind === 'FALLTHROUGH';
  return reason?.kind === 'RULE_MATCH' && reason['ruleId'] === rule;
}
