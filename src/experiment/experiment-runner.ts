import { createPeriodicTask } from '../shared/periodic-task.ts';
import type { Database } from '../store/sql/database.ts';
import { type Author, type Store, StoreUnavailableError } from '../store/store.ts';
import { lockExperiment } from './counting/experiment-counter.ts';
import { type Experiment, experimentFrom } from './experiment.ts';
import { readReading } from './reading.ts';
import { experimentResult } from './result/experiment-result.ts';
import { isPointDue, pointsOf } from './result-history.ts';
import { isRuleTracked, trackRule } from './rule-tracking.ts';
import { changedAnswers, settleAnswers } from './settle-answers.ts';

export interface ExperimentRunnerDeps {
  readonly database: Database;
  readonly store: Pick<Store, 'update' | 'snapshot'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: { error(fields: object, message: string): void };
  /** How often to look. Default 10,000 ms. */
  readonly everyMs?: number;
}

export interface ExperimentRunner {
  /** Looks at every experiment that runs, and ends what one that is over has left. Never rejects. */
  tick(): Promise<void>;
  start(): void;
  /** Finishes what is under way. */
  stop(): Promise<void>;
}

/**
 * Looks at running experiments, on every instance: since when an answer has been the same, and whether it is time to tell
 * webhooks. It also keeps a running experiment's rule tracked, and turns tracking off where a stop was interrupted.
 */
export function createExperimentRunner({
  database,
  store,
  now,
  newId,
  log,
  everyMs = 10_000,
}: ExperimentRunnerDeps): ExperimentRunner {
  const look = async (experiment: Experiment): Promise<void> => {
    if (isRuleTracked(store, experiment) === false) await trackRule(store, experiment, true);
    const { reading, isDue } = await database.read(async (db) => ({
      reading: await readReading(db, experiment.id),
      isDue: await isPointDue(db, experiment, now()),
    }));
    if (reading === undefined) return;
    const result = experimentResult(reading, now());
    const hasPoint = isDue && pointsOf(reading, result, now()).length > 0;
    if (!hasPoint && changedAnswers(reading, result, now()).length === 0) return;
    await database.write(async (db) => {
      await lockExperiment(db, experiment.id);
      const { status } = (await readReading(db, experiment.id))?.experiment ?? {};
      if (status === 'running') await settleAnswers(db, experiment.id, { now: now(), newId });
    });
  };

  const lookAtAll = async (): Promise<void> => {
    const rows = await database.read((db) =>
      db
        .selectFrom('experiments')
        .selectAll()
        .where((where) =>
          where.or([
            where('status', '=', 'running'),
            where.and([where('status', '=', 'stopped'), where('was_tracked', '=', 0)]),
          ]),
        )
        .execute(),
    );
    for (const experiment of rows.map(experimentFrom)) {
      await (experiment.status === 'running'
        ? look(experiment)
        : restoreTracking({ database, store }, experiment));
    }
  };

  /** The database is away; the next tick tries again. */
  const trouble = (error: unknown): void => {
    if (!(error instanceof StoreUnavailableError))
      log.error({ err: error }, 'experiments could not be looked at; tried again later');
  };

  return createPeriodicTask(() => lookAtAll().catch(trouble), everyMs);
}

/** Turns tracking off that an experiment turned on, once. */
export async function restoreTracking(
  { database, store }: Pick<ExperimentRunnerDeps, 'database'> & { readonly store: Pick<Store, 'update'> },
  experiment: Experiment,
  author?: Author,
): Promise<void> {
  await trackRule(store, experiment, false, author);
  await database.write((db) =>
    db
      .updateTable('experiments')
      .set({ was_tracked: 1 })
      .where('id', '=', experiment.id)
      .where('status', '=', 'stopped')
      .execute(),
  );
}
