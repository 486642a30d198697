import type { Transaction } from 'kysely';
import type { Schema } from '../store/sql/schema.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentReading } from './reading.ts';
import type { Interval } from './result/compare.ts';
import type { ExperimentResult } from './result/experiment-result.ts';

/** What a metric said of a treatment at one time: the effect as a part of the control's mean. */
export interface HistoryPoint extends Interval {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The place of the metric among the experiment's. */
  readonly metric: number;
  readonly variation: number;
  /** Listeners of both arms. */
  readonly units: number;
}

type Db = Transaction<Schema>;

const SHORTEST_GAP_MS = 60_000;
/** A gap is this part of the experiment's age, so that a day has some 110 points and a year 270. */
const GAP_OF_AGE = 1 / 24;

/** Whether so much time has passed since the last point that another is kept. */
export async function isPointDue(
  db: Db,
  { id, startedAt }: Pick<Experiment, 'id' | 'startedAt'>,
  now: number,
): Promise<boolean> {
  const { last } = await db
    .selectFrom('experiment_history')
    .select((select) => select.fn.max('at').as('last'))
    .where('experiment_id', '=', id)
    .executeTakeFirstOrThrow();
  if (last === null) return true;
  return now - last >= Math.max(SHORTEST_GAP_MS, (now - (startedAt ?? now)) * GAP_OF_AGE);
}

/** The metrics that have an interval, as of now. */
export function pointsOf(
  { experiment }: Pick<ExperimentReading, 'experiment'>,
  { arms, metrics }: ExperimentResult,
  now: number,
): readonly HistoryPoint[] {
  const control = arms[0]?.units ?? 0;
  return metrics.flatMap(({ metric, treatment, comparison }) =>
    comparison.status === 'ok' && comparison.lift !== null
      ? [
          {
            at: now,
            metric: experiment.metrics.indexOf(metric),
            variation: treatment.variation,
            units: control + treatment.units,
            ...comparison.lift,
          },
        ]
      : [],
  );
}

export async function writePoints(db: Db, id: string, points: readonly HistoryPoint[]): Promise<void> {
  if (points.length === 0) return;
  await db
    .insertInto('experiment_history')
    .values(points.map((point) => ({ experiment_id: id, ...point })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Oldest first. */
export const readHistory = (db: Db, id: string): Promise<readonly HistoryPoint[]> =>
  db
    .selectFrom('experiment_history')
    .select(['at', 'metric', 'variation', 'units', 'effect', 'lower', 'upper'])
    .where('experiment_id', '=', id)
    .orderBy('at')
    .execute();
