import { setImmediate as turn } from 'node:timers/promises';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../store/sql/schema.ts';
import type { RunningExperiment } from '../experiment.ts';
import { eventKeysOf } from '../metrics/metric.ts';
import type { ArmTotals, UnitValues } from './arm-totals.ts';
import type { UnitExposure } from './assignment.ts';
import type { MetricEvent, UnitValue } from './unit-value.ts';

type Db = Transaction<Schema>;

/** More at once would hold the process too long; SQLite takes 32,766 values in one statement. */
export const ROWS_PER_STATEMENT = 250;

/** Between two statements the process looks after everybody else. */
async function* chunks<T>(all: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let start = 0; start < all.length; start += ROWS_PER_STATEMENT) {
    await turn();
    yield all.slice(start, start + ROWS_PER_STATEMENT);
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export async function readExposures(
  db: Db,
  experimentId: string,
  units: readonly string[],
): Promise<ReadonlyMap<string, readonly UnitExposure[]>> {
  const found = new Map<string, UnitExposure[]>();
  for await (const some of chunks(units)) {
    const rows = await db
      .selectFrom('experiment_exposures')
      .select(['unit_key', 'phase', 'variation', 'first_at'])
      .where('experiment_id', '=', experimentId)
      .where('unit_key', 'in', some)
      .execute();
    for (const { unit_key, phase, variation, first_at } of rows)
      append(found, unit_key, { phase, variation, firstAt: first_at });
  }
  return found;
}

export async function writeExposures(
  db: Db,
  experimentId: string,
  exposures: readonly (UnitExposure & { readonly unit: string })[],
): Promise<void> {
  for await (const some of chunks(exposures)) {
    await db
      .insertInto('experiment_exposures')
      .values(
        some.map(({ unit, phase, variation, firstAt }) => ({
          experiment_id: experimentId,
          unit_key: unit,
          phase,
          variation,
          first_at: firstAt,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['experiment_id', 'unit_key', 'phase', 'variation'])
          .doUpdateSet((row) => ({ first_at: row.ref('excluded.first_at') })),
      )
      .execute();
  }
}

export async function readValues(
  db: Db,
  experimentId: string,
  units: readonly string[],
): Promise<ReadonlyMap<string, UnitValues>> {
  const found = new Map<string, Map<number, UnitValue>>();
  for await (const some of chunks(units)) {
    const rows = await db
      .selectFrom('experiment_values')
      .select(['unit_key', 'metric', 'x', 'y'])
      .where('experiment_id', '=', experimentId)
      .where('unit_key', 'in', some)
      .execute();
    for (const { unit_key, metric, x, y } of rows) {
      const values = found.get(unit_key) ?? new Map<number, UnitValue>();
      found.set(unit_key, values.set(metric, { x, y }));
    }
  }
  return found;
}

export async function deleteValues(db: Db, experimentId: string, units: readonly string[]): Promise<void> {
  for await (const some of chunks(units)) {
    await db
      .deleteFrom('experiment_values')
      .where('experiment_id', '=', experimentId)
      .where('unit_key', 'in', some)
      .execute();
  }
}

export async function writeValues(
  db: Db,
  experimentId: string,
  values: readonly (readonly [unit: string, metric: number, value: UnitValue])[],
): Promise<void> {
  for await (const some of chunks(values)) {
    await db
      .insertInto('experiment_values')
      .values(
        some.map(([unit_key, metric, { x, y }]) => ({ experiment_id: experimentId, unit_key, metric, x, y })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['experiment_id', 'unit_key', 'metric'])
          .doUpdateSet((row) => ({ x: row.ref('excluded.x'), y: row.ref('excluded.y') })),
      )
      .execute();
  }
}

/**
 * The raw events of units, in the order of time: those of a batch that is being written are among them.
 *
 * The environment and the kind are compared here and not in the database: given them, SQLite takes the index of the event
 * key, and reads all contexts' events for a few units.
 */
export async function readMetricEvents(
  db: Db,
  { environment, unitKind, metrics }: RunningExperiment,
  units: readonly string[],
): Promise<ReadonlyMap<string, readonly MetricEvent[]>> {
  const keys = [...new Set(metrics.flatMap(eventKeysOf))];
  const found = new Map<string, MetricEvent[]>();
  for await (const some of chunks(units)) {
    const rows = await db
      .selectFrom('metric_events')
      .select(['project', 'environment', 'context_kind', 'context_key', 'event_key', 'value', 'at'])
      .where('context_key', 'in', some)
      .where('event_key', 'in', keys)
      .orderBy('at')
      .orderBy('id')
      .execute();
    for (const row of rows) {
      const isOf =
        row.context_kind === unitKind &&
        row.environment === environment.environment &&
        row.project === environment.project;
      if (isOf) append(found, row.context_key, { eventKey: row.event_key, value: row.value, at: row.at });
    }
  }
  return found;
}

const totalsRow = (experimentId: string, totals: ArmTotals): Schema['experiment_totals'] => ({
  experiment_id: experimentId,
  ...totals,
});

/** Adds to the totals, whatever they are by now. */
export async function addTotals(db: Db, experimentId: string, changes: readonly ArmTotals[]): Promise<void> {
  for await (const some of chunks(changes)) {
    await db
      .insertInto('experiment_totals')
      .values(some.map((totals) => totalsRow(experimentId, totals)))
      .onConflict((conflict) =>
        conflict.columns(['experiment_id', 'phase', 'variation', 'metric']).doUpdateSet({
          units: sql`experiment_totals.units + excluded.units`,
          x: sql`experiment_totals.x + excluded.x`,
          y: sql`experiment_totals.y + excluded.y`,
          xx: sql`experiment_totals.xx + excluded.xx`,
          yy: sql`experiment_totals.yy + excluded.yy`,
          xy: sql`experiment_totals.xy + excluded.xy`,
        }),
      )
      .execute();
  }
}

/** All totals of an experiment, by phase, variation and metric. */
export async function readTotals(db: Db, experimentId: string): Promise<readonly ArmTotals[]> {
  return await db
    .selectFrom('experiment_totals')
    .select(['phase', 'variation', 'metric', 'units', 'x', 'y', 'xx', 'yy', 'xy'])
    .where('experiment_id', '=', experimentId)
    .orderBy('phase')
    .orderBy('variation')
    .orderBy('metric')
    .execute();
}
