import { LRUCache } from 'lru-cache';
import type { GuardMetric, GuardMetrics } from '../guard/guard-metric.ts';
import { planSchema } from './plan-document.ts';
import { compilePlan, type ReleasePlan } from './release-plan.ts';

/** Plans never change, and every batch of events asks for those that run. */
const compiled = new LRUCache<string, ReleasePlan>({ max: 100 });

/** A plan from its row; throws when somebody edited it into something else. */
export function readPlan(json: string, createdAt: number): ReleasePlan {
  const id = `${createdAt} ${json}`;
  const known = compiled.get(id);
  if (known !== undefined) return known;
  const plan = compilePlan(planSchema.parse(JSON.parse(json)), createdAt);
  compiled.set(id, plan);
  return plan;
}

/** The metrics of a plan's guards, in their order. A metric that was taken away since counts nothing. */
export const guardMetricsOf = ({ guards }: ReleasePlan, metrics: GuardMetrics): readonly GuardMetric[] =>
  guards.map(
    ({ metric }) =>
      metrics.get(metric) ?? {
        name: metric,
        eventKey: metric,
        harm: 'more-events',
        watches: 'events',
        noun: `“${metric}”`,
      },
  );
