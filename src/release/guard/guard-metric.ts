/** What of a listener's events a guard counts. */
export interface GuardMetric {
  readonly name: string;
  /** The event that a listener's page, or an SDK's `track`, reports. */
  readonly eventKey: string;
  /** Only events whose value is above this count. Absent: every event counts. */
  readonly above?: number;
  /** Whether more of them are harm (errors), or fewer (plays). */
  readonly harm: 'more-events' | 'fewer-events';
  /** Whether events are counted, or the values themselves are compared, which sees shifts that stay below a limit. */
  readonly watches: 'events' | 'values';
  /** What a listener had who counts, for sentences: “an error”. */
  readonly noun: string;
}

/** The metrics that a guard may name. */
export interface GuardMetrics {
  get(name: string): GuardMetric | undefined;
  names(): readonly string[];
}

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

/** @example metricsFrom(SITE_METRICS).get('playlist-error') */
export function metricsFrom(metrics: readonly GuardMetric[]): GuardMetrics {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  return { get: (name) => byName.get(name), names: () => [...byName.keys()] };
}
