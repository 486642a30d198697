import type { Transaction } from 'kysely';
import { metricEventsKeptSince } from '../../events/event-retention.ts';
import type { Database } from '../../store/sql/database.ts';
import type { Schema } from '../../store/sql/schema.ts';
import { historyMsOf, type RunningExperiment } from '../experiment.ts';
import { type Phase, readPhases } from '../phases.ts';
import { readExperiment } from '../reading.ts';
import { type ArmTotals, TotalsBuilder, type UnitValues } from './arm-totals.ts';
import { type Assignment, assignmentOf } from './assignment.ts';
import { valuesOf } from './experiment-counter.ts';
import { readExposures, readMetricEvents, readTotals, readValues, ROWS_PER_STATEMENT } from './unit-rows.ts';

export interface Recomputation {
  readonly experiment: RunningExperiment;
  /** As they were kept, event by event. */
  readonly kept: readonly ArmTotals[];
  /** From the raw events. */
  readonly recomputed: readonly ArmTotals[];
  /** Where they differ: counts exactly, sums of measured values beyond what rounding explains. */
  readonly differences: readonly string[];
  /** What it was made of. */
  readonly source: {
    /** Units whose raw events are all there. */
    readonly fromRawEvents: number;
    /** Units whose raw events retention has deleted, wholly or in part: their own kept values were added up. */
    readonly fromKeptValues: number;
    /** Epoch milliseconds: all metric events from then on are there. */
    readonly rawEventsSince: number;
  };
}

/** What rounding may leave in sums of values that were added in another order. */
const ROUNDING = 1e-9;

type Db = Transaction<Schema>;

/**
 * The totals of an experiment, anew from raw events and exposures, beside those that were kept; both as of one moment.
 *
 * @returns `units-deleted`: the experiment has been over for so long that only its totals are left
 */
export async function recompute(
  database: Database,
  id: string,
): Promise<Recomputation | 'not-found' | 'units-deleted'> {
  return await database.read(async (db) => {
    const experiment = await readExperiment(db, id);
    if (experiment === undefined) return 'not-found';
    const phases = await readPhases(db, id);
    const kept = await readTotals(db, id);
    const rawEventsSince = await metricEventsKeptSince(db);
    const totals = new TotalsBuilder(experiment.metrics);
    let [fromRawEvents, fromKeptValues] = [0, 0];
    for (let after = ''; ;) {
      const units = await unitsAfter(db, id, after);
      const last = units.at(-1);
      if (last === undefined) break;
      after = last;
      for (const { assignment, raw, values } of await unitsOf(
        db,
        experiment,
        phases,
        units,
        rawEventsSince,
      )) {
        totals.addUnit(assignment, values, 1);
        if (raw) fromRawEvents += 1;
        else fromKeptValues += 1;
      }
    }
    if (fromRawEvents + fromKeptValues === 0 && kept.length > 0) return 'units-deleted';
    const recomputed = totals.rows();
    return {
      experiment,
      kept,
      recomputed,
      differences: differencesOf(kept, recomputed),
      source: { fromRawEvents, fromKeptValues, rawEventsSince },
    };
  });
}

async function unitsAfter(db: Db, id: string, after: string): Promise<readonly string[]> {
  const page = await db
    .selectFrom('experiment_exposures')
    .select('unit_key')
    .distinct()
    .where('experiment_id', '=', id)
    .where('unit_key', '>', after)
    .orderBy('unit_key')
    .limit(ROWS_PER_STATEMENT)
    .execute();
  return page.map(({ unit_key }) => unit_key);
}

interface RecomputedUnit {
  readonly assignment: Assignment | undefined;
  /** Whether it was made of raw events. */
  readonly raw: boolean;
  readonly values: UnitValues;
}

async function unitsOf(
  db: Db,
  experiment: RunningExperiment,
  phases: readonly Phase[],
  units: readonly string[],
  rawEventsSince: number,
): Promise<readonly RecomputedUnit[]> {
  const exposures = await readExposures(db, experiment.id, units);
  const events = await readMetricEvents(db, experiment, units);
  const kept = await readValues(db, experiment.id, units);
  return units.map((unit) => {
    const assignment = assignmentOf(exposures.get(unit) ?? []);
    // A unit in no arm has no values, whatever it did.
    const raw =
      assignment?.kind !== 'counted' || assignment.firstAt - historyMsOf(experiment.design) >= rawEventsSince;
    const values = raw
      ? valuesOf(experiment, phases, assignment, events.get(unit) ?? [])
      : (kept.get(unit) ?? new Map());
    return { assignment, raw, values };
  });
}

const SUMS = ['units', 'x', 'y', 'xx', 'yy', 'xy'] as const;

const nameOf = ({ phase, variation, metric }: ArmTotals): string =>
  `phase ${phase}, variation ${variation}, metric ${metric}`;

const byName = (all: readonly ArmTotals[]): ReadonlyMap<string, ArmTotals> =>
  new Map(all.map((totals) => [nameOf(totals), totals]));

function differencesOf(kept: readonly ArmTotals[], recomputed: readonly ArmTotals[]): readonly string[] {
  const [before, after] = [byName(kept), byName(recomputed)];
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((name) =>
    SUMS.flatMap((sum) => {
      const [a, b] = [before.get(name)?.[sum] ?? 0, after.get(name)?.[sum] ?? 0];
      return isSame(a, b) ? [] : [`${name}, ${sum}: kept ${a}, recomputed ${b}`];
    }),
  );
}

/** Whole numbers are equal or they are not. */
function isSame(a: number, b: number): boolean {
  if (a === b) return true;
  if (Number.isInteger(a) && Number.isInteger(b)) return false;
  return Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));
}
