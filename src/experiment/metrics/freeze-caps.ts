import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../store/sql/schema.ts';
import type { EnvironmentRef } from '../../store/store.ts';
import { quantile } from '../statistics/winsorise.ts';
import type { Metric } from './metric.ts';

const HISTORY_MS = 7 * 86_400_000;
/** Fewer values make no 99th percentile. */
const MIN_VALUES = 100;
const MAX_VALUES = 10_000;
const CAP_SHARE = 0.99;

/**
 * The metrics with a cap of each that has none yet, from what was reported before `at` (epoch milliseconds): a cap from
 * the experiment's own values would depend on its outcome. Too little history: no cap.
 */
export async function freezeCaps(
  db: Transaction<Schema>,
  environment: EnvironmentRef,
  unitKind: string,
  metrics: readonly Metric[],
  at: number,
): Promise<readonly Metric[]> {
  const frozen: Metric[] = [];
  for (const metric of metrics) {
    if (!('cap' in metric) || metric.cap !== null) {
      frozen.push(metric);
      continue;
    }
    const values = await historyOf(db, environment, unitKind, metric, at);
    const cap = values.length < MIN_VALUES ? 0 : quantile(values, CAP_SHARE);
    frozen.push(cap > 0 ? { ...metric, cap } : metric);
  }
  return frozen;
}

/** Rising: for a mean the events' values, else what each unit has in all. */
async function historyOf(
  db: Transaction<Schema>,
  { project, environment }: EnvironmentRef,
  unitKind: string,
  metric: Extract<Metric, { cap: number | null }>,
  at: number,
): Promise<readonly number[]> {
  const events = db
    .selectFrom('metric_events')
    .where('project', '=', project)
    .where('environment', '=', environment)
    .where('event_key', '=', metric.event_key)
    .where('at', '>=', at - HISTORY_MS)
    .where('at', '<', at)
    .where('context_kind', '=', unitKind)
    .limit(MAX_VALUES);
  const rows =
    metric.kind === 'mean'
      ? await events.select('value').where('value', 'is not', null).execute()
      : await events
          .select(
            metric.kind === 'count'
              ? sql<number>`cast(count(*) as double precision)`.as('value')
              : sql<number>`sum(value)`.as('value'),
          )
          .groupBy('context_key')
          .execute();
  return rows.flatMap(({ value }) => (value === null ? [] : [value])).toSorted((a, b) => a - b);
}
