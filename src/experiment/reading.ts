import type { Transaction } from 'kysely';
import type { Schema } from '../store/sql/schema.ts';
import type { ArmTotals } from './counting/arm-totals.ts';
import { readTotals } from './counting/unit-rows.ts';
import { type Experiment, experimentFrom, type RunningExperiment } from './experiment.ts';
import { type Phase, readPhases } from './phases.ts';

/** What a metric said of a treatment: decided that there is more or less of it, or not decided. */
export type Answer = 'more' | 'less' | 'open';

export interface KnownAnswer {
  /** The place of the metric among the experiment's. */
  readonly metric: number;
  readonly variation: number;
  readonly answer: Answer;
  /** Epoch milliseconds: the first of the looks, one after the other, that all gave this answer. */
  readonly since: number;
}

/** Everything that a result is made of: a few rows, however many listeners there are. */
export interface ExperimentReading {
  readonly experiment: Experiment;
  readonly phases: readonly Phase[];
  readonly totals: readonly ArmTotals[];
  /** As of the last look; those of a draft are none. */
  readonly answers: readonly KnownAnswer[];
}

type Db = Transaction<Schema>;

export async function readExperiment(db: Db, id: string): Promise<RunningExperiment | undefined> {
  const row = await db.selectFrom('experiments').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : experimentFrom(row);
}

export async function readReading(db: Db, id: string): Promise<ExperimentReading | undefined> {
  const experiment = await readExperiment(db, id);
  if (experiment === undefined) return undefined;
  const answers = await db
    .selectFrom('experiment_answers')
    .select(['metric', 'variation', 'answer', 'since'])
    .where('experiment_id', '=', id)
    .execute();
  return { experiment, phases: await readPhases(db, id), totals: await readTotals(db, id), answers };
}
