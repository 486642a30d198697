import { sql, type Transaction } from 'kysely';
import { metricEventsKeptSince } from '../../events/event-retention.ts';
import type { EventCounter } from '../../events/event-writer.ts';
import type { AnalyticsEvent } from '../../events/analytics-event.ts';
import type { Schema } from '../../store/sql/schema.ts';
import { experimentFrom, historyMsOf, type RunningExperiment } from '../experiment.ts';
import { followPhases, type Phase, phaseOfVersion } from '../phases.ts';
import { TotalsBuilder } from './arm-totals.ts';
import {
  type Assignment,
  assignmentOf,
  botExposure,
  isSameAssignment,
  type UnitExposure,
  withExposure,
} from './assignment.ts';
import { relevantEvents, type ServedVariation } from './relevant-events.ts';
import type { MetricEvent, UnitValue } from './unit-value.ts';
import { addEvents } from './unit-values.ts';
import {
  addTotals,
  deleteValues,
  readExposures,
  readMetricEvents,
  readValues,
  writeExposures,
  writeValues,
} from './unit-rows.ts';

type Db = Transaction<Schema>;

/** SDKs report late: what happened before the stop counts so long after it. */
export const LATE_EVENTS_MS = 86_400_000;

/**
 * Counts what experiments look at, in the transaction that acknowledges the events: none is lost, and none counted twice.
 * It costs one small query where no experiment runs.
 *
 * @param now epoch milliseconds
 */
export function createExperimentCounter(now: () => number): EventCounter {
  return async (db, payloads) => {
    for (const experiment of await countingExperiments(db, now())) {
      const { project, environment } = experiment.environment;
      const events = payloads
        .filter(
          (each) => each.environment.project === project && each.environment.environment === environment,
        )
        .flatMap((each) => each.events);
      if (events.length > 0) await countFor(db, experiment, events, now());
    }
  };
}

async function countingExperiments(db: Db, now: number): Promise<readonly RunningExperiment[]> {
  const rows = await db
    .selectFrom('experiments')
    .selectAll()
    .where('started_at', 'is not', null)
    .where((where) =>
      where.or([where('stopped_at', 'is', null), where('stopped_at', '>', now - LATE_EVENTS_MS)]),
    )
    .orderBy('id')
    .execute();
  return rows.map(experimentFrom);
}

/** Writing the row locks it: of two instances the second counts on what the first has written. */
export async function lockExperiment(db: Db, id: string): Promise<void> {
  await db
    .updateTable('experiments')
    .set({ status: sql`status` })
    .where('id', '=', id)
    .execute();
}

async function countFor(
  db: Db,
  experiment: RunningExperiment,
  events: readonly AnalyticsEvent[],
  now: number,
): Promise<void> {
  const { served, happened, bots } = relevantEvents(events, experiment);
  if (served.length + happened.size + bots.size === 0) return;
  await lockExperiment(db, experiment.id);
  const phases = await followPhases(db, experiment, now);
  const keys = [...new Set([...served.map(({ unit }) => unit), ...happened.keys(), ...bots])].toSorted();
  const before = await readExposures(db, experiment.id, keys);
  // An exposure moves its unit, which is then counted anew from raw events: of an older one they are not all there.
  const keptSince = await metricEventsKeptSince(db);
  const countable = served.filter(({ at }) => at >= keptSince);
  const { after, fresh } = markBots(bots, mergeServed(before, countable, phases));
  await writeExposures(db, experiment.id, fresh);

  const totals = new TotalsBuilder(experiment.metrics);
  const moved = keys.filter(
    (unit) => !isSameAssignment(assignmentOf(before.get(unit) ?? []), assignmentOf(after.get(unit) ?? [])),
  );
  await countMoved(db, experiment, phases, moved, before, after, totals);
  const isMoved = new Set(moved);
  const others = [...happened].filter(([unit]) => !isMoved.has(unit) && after.has(unit));
  await countHappened(db, experiment, phases, others, after, totals);
  await addTotals(db, experiment.id, totals.rows());
}

type Exposures = ReadonlyMap<string, readonly UnitExposure[]>;

interface Merged {
  readonly after: Exposures;
  /** What is new of it. */
  readonly fresh: readonly (UnitExposure & { readonly unit: string })[];
}

function markBots(bots: ReadonlySet<string>, { after, fresh }: Merged): Merged {
  const marked = new Map(after);
  const marks: (UnitExposure & { readonly unit: string })[] = [];
  for (const unit of bots) {
    const exposures = after.get(unit) ?? [];
    const mark = botExposure(exposures);
    if (mark === undefined) continue;
    marked.set(unit, [...exposures, mark]);
    marks.push({ unit, ...mark });
  }
  return { after: marked, fresh: [...fresh, ...marks] };
}

function mergeServed(
  before: Exposures,
  served: readonly ServedVariation[],
  phases: readonly Phase[],
): Merged {
  const after = new Map(before);
  const fresh = new Map<string, UnitExposure & { readonly unit: string }>();
  for (const { unit, flagVersion, variation, at } of served) {
    const phase = phaseOfVersion(phases, flagVersion);
    // What the experiment's last phase served after its end is no part of it.
    if (phase === undefined || (phase.endedAt !== null && at >= phase.endedAt)) continue;
    const exposure = { phase: phase.number, variation, firstAt: at };
    const known = after.get(unit) ?? [];
    const next = withExposure(known, exposure);
    if (next === known) continue;
    after.set(unit, next);
    fresh.set(JSON.stringify([unit, phase.number, variation]), { unit, ...exposure });
  }
  return { after, fresh: [...fresh.values()] };
}

/** Units that came, or turned out to belong elsewhere: counted anew from their raw events, as a recomputation would. */
async function countMoved(
  db: Db,
  experiment: RunningExperiment,
  phases: readonly Phase[],
  units: readonly string[],
  before: Exposures,
  after: Exposures,
  totals: TotalsBuilder,
): Promise<void> {
  if (units.length === 0) return;
  const known = units.filter((unit) => before.has(unit));
  const oldValues = await readValues(db, experiment.id, known);
  for (const unit of known) {
    totals.addUnit(assignmentOf(before.get(unit) ?? []), oldValues.get(unit) ?? new Map(), -1);
  }
  await deleteValues(db, experiment.id, known);
  const events = await readMetricEvents(db, experiment, units);
  const written: (readonly [string, number, UnitValue])[] = [];
  for (const unit of units) {
    const assignment = assignmentOf(after.get(unit) ?? []);
    const values = valuesOf(experiment, phases, assignment, events.get(unit) ?? []);
    totals.addUnit(assignment, values, 1);
    for (const [metric, value] of values) written.push([unit, metric, value]);
  }
  await writeValues(db, experiment.id, written);
}

/** What a unit's raw events make of it. */
export function valuesOf(
  { metrics, design }: Pick<RunningExperiment, 'metrics' | 'design'>,
  phases: readonly Phase[],
  assignment: Assignment | undefined,
  events: readonly MetricEvent[],
): ReadonlyMap<number, UnitValue> {
  if (assignment?.kind !== 'counted') return new Map();
  const endsAt = endOf(phases, assignment.phase);
  return addEvents(metrics, new Map(), events, assignment, endsAt, historyMsOf(design));
}

const endOf = (phases: readonly Phase[], number: number): number | null =>
  phases.find((phase) => phase.number === number)?.endedAt ?? null;

/** Units that are where they were: their new events are added to what they had. */
async function countHappened(
  db: Db,
  { id, metrics, design }: RunningExperiment,
  phases: readonly Phase[],
  units: readonly (readonly [string, readonly MetricEvent[]])[],
  exposures: Exposures,
  totals: TotalsBuilder,
): Promise<void> {
  const known = await readValues(
    db,
    id,
    units.map(([unit]) => unit),
  );
  const written: (readonly [string, number, UnitValue])[] = [];
  for (const [unit, events] of units) {
    const assignment = assignmentOf(exposures.get(unit) ?? []);
    if (assignment?.kind !== 'counted') continue;
    const before = known.get(unit) ?? new Map<number, UnitValue>();
    for (const [metric, value] of addEvents(
      metrics,
      before,
      events,
      assignment,
      endOf(phases, assignment.phase),
      historyMsOf(design),
    )) {
      const old = before.get(metric);
      if (old === value) continue;
      totals.changeValue(assignment, metric, old ?? { x: 0, y: 0 }, value);
      written.push([unit, metric, value]);
    }
  }
  await writeValues(db, id, written);
}
