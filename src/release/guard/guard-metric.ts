import * as z from 'zod';
import type { Metric } from '../../experiment/metrics/metric.ts';

/** What of a listener's events a guard counts. */
export interface GuardMetric {
  readonly name: string;
  /** The event that a listener's page, or an SDK's `track`, reports. */
  readonly eventKey: string;
  /** Only events whose value is above this count. Absent: every event counts. */
  readonly above?: number;
  /** Only events that come sooner after the first page of a stage count, in milliseconds. Absent: all of the stage. */
  readonly withinMs?: number;
  /** Whether more of them are harm (errors), or fewer (plays). */
  readonly harm: 'more-events' | 'fewer-events';
  /** Whether events are counted, or the values themselves are compared, which sees shifts that stay below a limit. */
  readonly watches: 'events' | 'values';
  /** What a listener had who counts, for sentences: “an error”. */
  readonly noun: string;
}

export type FoundMetric =
  | { readonly kind: 'watchable'; readonly metric: GuardMetric }
  /** It is declared, but no guard can watch it; `detail` says why. */
  | { readonly kind: 'unwatchable'; readonly detail: string };

/** The metrics of an environment, as far as guards are concerned. */
export interface GuardMetrics {
  /** Undefined: there is none of that name. */
  get(name: string): FoundMetric | undefined;
  /** Those that a guard can watch. */
  names(): readonly string[];
}

/** As a release keeps it from its start on: a definition that changes later does not change what is judged. */
export const guardMetricSchema: z.ZodType<GuardMetric> = z.object({
  name: z.string(),
  eventKey: z.string(),
  above: z.number().exactOptional(),
  withinMs: z.number().exactOptional(),
  harm: z.enum(['more-events', 'fewer-events']),
  watches: z.enum(['events', 'values']),
  noun: z.string(),
});

/** A page that takes longer is slow. */
const SLOW_PAGE_MS = 500;

/** The site's own. */
export const SITE_METRICS: readonly GuardMetric[] = [
  {
    name: 'playlist-error',
    eventKey: 'playlist-error',
    harm: 'more-events',
    watches: 'events',
    noun: 'an error',
  },
  {
    name: 'page-duration',
    eventKey: 'page-duration',
    above: SLOW_PAGE_MS,
    harm: 'more-events',
    watches: 'events',
    noun: `a page slower than ${SLOW_PAGE_MS} ms`,
  },
  {
    name: 'page-duration-shift',
    eventKey: 'page-duration',
    harm: 'more-events',
    watches: 'values',
    noun: 'a measured page',
  },
  { name: 'play', eventKey: 'play', harm: 'fewer-events', watches: 'events', noun: 'a play' },
  { name: 'like', eventKey: 'like', harm: 'fewer-events', watches: 'events', noun: 'a like' },
  { name: 'skip', eventKey: 'skip', harm: 'more-events', watches: 'events', noun: 'a skip' },
];

const HOUR_MS = 3_600_000;

/** What a guard watches of a metric that was declared for experiments. */
export function watchedOf(metric: Metric): FoundMetric {
  const { key: name, direction, window_hours: hours } = metric;
  const harm = direction === 'down' ? 'more-events' : 'fewer-events';
  const common = { name, harm, ...(hours === null ? {} : { withinMs: hours * HOUR_MS }) } as const;
  const watchable = (own: Pick<GuardMetric, 'eventKey' | 'watches' | 'noun' | 'above'>): FoundMetric => ({
    kind: 'watchable',
    metric: { ...common, ...own },
  });
  switch (metric.kind) {
    case 'conversion':
    case 'count':
      return watchable({ eventKey: metric.event_key, watches: 'events', noun: `“${metric.event_key}”` });
    case 'share-above': {
      const { event_key: eventKey, limit: above } = metric;
      return watchable({ eventKey, above, watches: 'events', noun: `“${eventKey}” above ${above}` });
    }
    case 'mean':
      return direction === 'down'
        ? watchable({ eventKey: metric.event_key, watches: 'values', noun: `“${metric.event_key}”` })
        : unwatchable(
            name,
            'is a mean of which more is better, and a guard looks for values that are too large',
          );
    case 'sum':
      return unwatchable(name, 'is a sum, which is known only when all events of a listener have come');
    case 'ratio':
      return unwatchable(name, 'is a ratio of two events, and a guard watches one');
    default:
      return metric satisfies never;
  }
}

const unwatchable = (name: string, why: string): FoundMetric => ({
  kind: 'unwatchable',
  detail: `"${name}" ${why}; declare a conversion, a count or a share above a limit instead`,
});

/**
 * The site's metrics, and those that were declared for an environment; of one name the site's.
 *
 * @example guardMetrics([]).get('playlist-error')
 */
export function guardMetrics(declared: readonly Metric[]): GuardMetrics {
  const byName = new Map<string, FoundMetric>([
    ...declared.map((metric) => [metric.key, watchedOf(metric)] as const),
    ...SITE_METRICS.map((metric) => [metric.name, { kind: 'watchable', metric }] as const),
  ]);
  return {
    get: (name) => byName.get(name),
    names: () => [...byName].flatMap(([name, { kind }]) => (kind === 'watchable' ? [name] : [])).toSorted(),
  };
}
