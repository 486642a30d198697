import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import {
  type GuardMetric,
  guardMetrics,
  type GuardMetrics,
  guardMetricSchema,
} from '../guard/guard-metric.ts';
import { type PlanDocument, planSchema } from './plan-document.ts';
import { compilePlan, type ReleasePlan } from './release-plan.ts';

/** Plans never change, and every batch of events asks for those that run. */
const compiled = new LRUCache<string, ReleasePlan>({ max: 100 });
const metricsSchema = z.array(guardMetricSchema);

/** A plan from its row. */
export interface PlanRow {
  /** JSON of the document. */
  readonly plan: string;
  /** JSON of the metrics of its guards, as they were at the start. */
  readonly metrics: string;
  readonly created_at: number;
}

/** Throws when somebody edited the row into something else. */
export function readPlan({ plan: json, metrics, created_at: createdAt }: PlanRow): ReleasePlan {
  const id = `${createdAt} ${json} ${metrics}`;
  const before = compiled.get(id);
  if (before !== undefined) return before;
  const document = planSchema.parse(JSON.parse(json));
  const kept = metricsSchema.parse(JSON.parse(metrics));
  // Releases from before metrics were kept have the site's.
  const known = kept.length > 0 ? kept : guardMetricsOf(document, guardMetrics([]));
  const plan = compilePlan(document, createdAt, known);
  compiled.set(id, plan);
  return plan;
}

/**
 * The metrics of a plan's guards, in their order.
 *
 * @throws Error for a plan that was not checked, and names what no guard can watch
 */
export const guardMetricsOf = (
  { guards = [] }: PlanDocument,
  metrics: GuardMetrics,
): readonly GuardMetric[] =>
  guards.map(({ metric: name }) => {
    const found = metrics.get(name);
    if (found?.kind !== 'watchable') throw new Error(`no guard can watch "${name}"`);
    return found.metric;
  });
