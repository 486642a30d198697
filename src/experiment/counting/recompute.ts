import type { Database } from '../../store/sql/database.ts';
import type { RunningExperiment } from '../experiment.ts';
import { readExperiment } from '../experiments.ts';
import { readPhases } from '../phases.ts';
import { type ArmTotals, TotalsBuilder } from './arm-totals.ts';
import { assignmentOf } from './assignment.ts';
import { valuesOf } from './experiment-counter.ts';
import { readExposures, readMetricEvents, readTotals, ROWS_PER_STATEMENT } from './unit-rows.ts';

export interface Recomputation {
  readonly experiment: RunningExperiment;
  /** As they were kept, event by event. */
  readonly kept: readonly ArmTotals[];
  /** From the raw events. */
  readonly recomputed: readonly ArmTotals[];
  /** Where they differ: counts exactly, sums of measured values beyond what rounding explains. */
  readonly differences: readonly string[];
}

/** What rounding may leave in sums of values that were added in another order. */
const ROUNDING = 1e-9;

/**
 * The totals of an experiment, anew from raw events and exposures, beside those that were kept; both as of one moment.
 * Events that retention has deleted are missing from it.
 */
export async function recompute(database: Database, id: string): Promise<Recomputation | undefined> {
  return await database.read(async (db) => {
    const experiment = await readExperiment(db, id);
    if (experiment === undefined) return undefined;
    const phases = await readPhases(db, id);
    const totals = new TotalsBuilder(experiment.metrics);
    for (let after = ''; ;) {
      const page = await db
        .selectFrom('experiment_exposures')
        .select('unit_key')
        .distinct()
        .where('experiment_id', '=', id)
        .where('unit_key', '>', after)
        .orderBy('unit_key')
        .limit(ROWS_PER_STATEMENT)
        .execute();
      const units = page.map(({ unit_key }) => unit_key);
      const last = units.at(-1);
      if (last === undefined) break;
      after = last;
      const exposures = await readExposures(db, id, units);
      const events = await readMetricEvents(db, experiment, units);
      for (const unit of units) {
        const assignment = assignmentOf(exposures.get(unit) ?? []);
        totals.addUnit(assignment, valuesOf(experiment, phases, assignment, events.get(unit) ?? []), 1);
      }
    }
    const kept = await readTotals(db, id);
    const recomputed = totals.rows();
    return { experiment, kept, recomputed, differences: differencesOf(kept, recomputed) };
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
