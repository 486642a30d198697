import * as z from 'zod';
import { isBuiltIn } from '../../../experiment/metrics/metric-definitions.ts';
import { metricSchema, type Metric } from '../../../experiment/metrics/metric.ts';
import { keySchema } from '../../input/key-schema.ts';
import { Problem } from '../../problems/problem.ts';
import type { ApiDeps } from '../api-deps.ts';
import { environmentFromQuery, environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import { type Operation, operation, reply } from '../operation.ts';

const definitionSchema = metricSchema.meta({
  id: 'MetricPut',
  examples: [
    {
      kind: 'count',
      event_key: 'add-to-cart',
      name: 'additions to the cart',
      direction: 'up',
      window_hours: 24,
      cap: 50,
    },
    {
      kind: 'ratio',
      numerator: { event_key: 'skip', of: 'count' },
      denominator: { event_key: 'play', of: 'count' },
      name: 'skips of plays',
      direction: 'down',
    },
  ],
});

export const metricDefinitionSchema = z
  .object({
    key: keySchema,
    built_in: z.boolean().describe('True: the site reports it by itself, and it cannot be changed.'),
    definition: metricSchema,
  })
  .meta({ id: 'Metric' });

const params = z.strictObject({ metric_key: keySchema });
const query = z.strictObject(environmentQuery);

export const metricBody = ({ key, ...definition }: Metric) => ({ key, built_in: isBuiltIn(key), definition });

/** What experiments measure. */
export function metricDefinitionsOperations({
  metricDefinitions,
  store,
}: Pick<ApiDeps, 'metricDefinitions' | 'store'>): readonly Operation[] {
  return [
    operation('listMetrics', 'get', '/metrics-definitions', {
      tag: 'Experiments',
      summary: 'List metrics by key',
      description: 'Those that ship, and your own.',
      role: 'viewer',
      query,
      replies: { 200: { description: 'All of them', body: z.array(metricDefinitionSchema) } },
      problems: [404],
      handle: async ({ query: asked }) => {
        const { environment } = requireSnapshot(store, asked);
        return reply(200, (await metricDefinitions.list(environment)).map(metricBody));
      },
    }),
    operation('putMetric', 'put', '/metrics-definitions/{metric_key}', {
      tag: 'Experiments',
      summary: 'Declare a metric, or replace its definition',
      description:
        'A listener’s events become one value (`conversion`, `count`, `sum`), or a ratio whose parts are added up by listener (`mean`, `share-above`, `ratio`), so that the requests of one listener are never counted as independent. An experiment keeps the definitions that it started with.',
      role: 'operator',
      params,
      query,
      body: definitionSchema,
      replies: {
        200: { description: 'It was replaced', body: metricDefinitionSchema },
        201: { description: 'It is new', body: metricDefinitionSchema },
      },
      problems: [404, 409],
      handle: async ({ params: { metric_key: key }, query: asked, body, author }) => {
        requireSnapshot(store, asked);
        const outcome = await metricDefinitions.put(author, environmentFromQuery(asked), key, body);
        if (outcome === 'built-in') throw builtIn(key);
        return reply(outcome === 'created' ? 201 : 200, { key, built_in: false, definition: body });
      },
    }),
    operation('deleteMetric', 'delete', '/metrics-definitions/{metric_key}', {
      tag: 'Experiments',
      summary: 'Delete a metric',
      description:
        'One that ships cannot be deleted (409). Experiments that started with it go on counting it.',
      role: 'operator',
      params,
      query,
      replies: { 204: { description: 'Gone; experiments that started with it keep it' } },
      problems: [404, 409],
      handle: async ({ params: { metric_key: key }, query: asked, author }) => {
        const outcome = await metricDefinitions.delete(author, environmentFromQuery(asked), key);
        if (outcome === 'built-in') throw builtIn(key);
        if (outcome === 'not-found')
          throw new Problem(404, 'not_found', `There is no metric ${JSON.stringify(key)} here.`);
        return reply(204);
      },
    }),
  ];
}

const builtIn = (key: string): Problem =>
  new Problem(409, 'conflict', `The metric ${JSON.stringify(key)} is the site’s own: choose another key.`);
