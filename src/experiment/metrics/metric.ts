import { z } from 'zod';

const eventKey = z.string().min(1).max(256).describe('As SDKs report it with `track`, or as the site does.');

const common = {
  name: z.string().min(1).max(256).describe('What there is more or less of, for sentences: “plays”.'),
  direction: z.enum(['up', 'down']).describe('Whether more of it is better, or less.'),
  window_hours: z
    .number()
    .positive()
    .max(24 * 365)
    .nullable()
    .default(null)
    .describe('Only what happens so long after the first exposure counts; null: until the phase ends.'),
};

const cap = z
  .number()
  .positive()
  .nullable()
  .default(null)
  .describe(
    'Larger values count as this one, so that a few cannot decide (winsorising). Null: frozen at the start of an experiment, at the 99th percentile of the last seven days where 100 listeners have values.',
  );

const part = z.strictObject({
  event_key: eventKey,
  of: z.enum(['count', 'sum']).describe('How many events, or the sum of their values.'),
});

/** What a metric makes of a listener's events. Values below 0 count as 0. */
export const metricSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('conversion'), event_key: eventKey, ...common }),
  z.strictObject({ kind: z.literal('count'), event_key: eventKey, cap, ...common }),
  z.strictObject({ kind: z.literal('sum'), event_key: eventKey, cap, ...common }),
  z.strictObject({ kind: z.literal('mean'), event_key: eventKey, cap, ...common }),
  z.strictObject({ kind: z.literal('share-above'), event_key: eventKey, limit: z.number(), ...common }),
  z.strictObject({ kind: z.literal('ratio'), numerator: part, denominator: part, ...common }),
]);

export type MetricDefinition = z.infer<typeof metricSchema>;
export type Metric = MetricDefinition & { readonly key: string };

export const withKey = (key: string, definition: MetricDefinition): Metric => ({ ...definition, key });

/** A metric as an experiment keeps it. */
export const storedMetrics = z.array(
  z
    .object({ key: z.string(), definition: metricSchema })
    .transform(({ key, definition }) => withKey(key, definition)),
);

export const storeMetrics = (metrics: readonly Metric[]): string =>
  JSON.stringify(metrics.map(({ key, ...definition }) => ({ key, definition })));

/** The events that a metric is made of. */
export const eventKeysOf = (metric: MetricDefinition): readonly string[] =>
  metric.kind === 'ratio' ? [metric.numerator.event_key, metric.denominator.event_key] : [metric.event_key];

/** Whether what a unit did before its exposure is counted beside what it did after, to narrow the interval. */
export const hasHistory = ({ kind }: Pick<MetricDefinition, 'kind'>): boolean =>
  kind === 'conversion' || kind === 'count' || kind === 'sum';

const SLOW_PAGE_MS = 500;
const always = { window_hours: null } as const;

/** What the site reports by itself; the same in every environment. */
export const SITE_METRICS: readonly Metric[] = [
  {
    key: 'playlist-error',
    kind: 'conversion',
    event_key: 'playlist-error',
    name: 'listeners with an error',
    direction: 'down',
    ...always,
  },
  {
    key: 'page-duration',
    kind: 'mean',
    event_key: 'page-duration',
    cap: 10_000,
    name: 'time on the server',
    direction: 'down',
    ...always,
  },
  {
    key: 'slow-page',
    kind: 'share-above',
    event_key: 'page-duration',
    limit: SLOW_PAGE_MS,
    name: 'slow pages',
    direction: 'down',
    ...always,
  },
  {
    key: 'page-load',
    kind: 'mean',
    event_key: 'page-load',
    cap: 60_000,
    name: 'time to load',
    direction: 'down',
    ...always,
  },
  { key: 'play', kind: 'count', event_key: 'play', cap: 100, name: 'plays', direction: 'up', ...always },
  { key: 'like', kind: 'count', event_key: 'like', cap: 100, name: 'likes', direction: 'up', ...always },
  { key: 'skip', kind: 'count', event_key: 'skip', cap: 100, name: 'skips', direction: 'down', ...always },
];
