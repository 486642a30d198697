import type { Transaction } from 'kysely';
import { recordAdminChange } from '../store/audit/admin-audit.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { Author, EnvironmentRef, Store } from '../store/store.ts';
import { lockExperiment } from './counting/experiment-counter.ts';
import { type Experiment, type ExperimentDesign, experimentFrom } from './experiment.ts';
import { restoreTracking } from './experiment-runner.ts';
import type { Metric } from './metrics/metric.ts';
import type { MetricDefinitions } from './metrics/metric-definitions.ts';
import { followPhases } from './phases.ts';
import { type ExperimentReading, readExperiment, readReading } from './reading.ts';
import { type HistoryPoint, readHistory } from './result-history.ts';
import { trackRule } from './rule-tracking.ts';
import { settleAnswers } from './settle-answers.ts';
import { MISSING_RULE, startCounting, type StartedCounting, takeStartBack } from './start-counting.ts';

export interface Refusal {
  /** A JSON Pointer into the design. */
  readonly pointer: string;
  readonly detail: string;
}

export type StartOutcome =
  | { readonly outcome: 'started'; readonly experiment: Experiment }
  | { readonly outcome: 'not-found' }
  /** It runs, or is over. */
  | { readonly outcome: 'not-a-draft'; readonly status: Experiment['status'] }
  | Extract<StartedCounting, { readonly outcome: 'taken' | 'refused' }>;

export interface Experiments {
  create(author: Author, environment: EnvironmentRef, design: ExperimentDesign): Promise<Experiment>;
  /** Newest first. */
  list(environment: EnvironmentRef): Promise<readonly Experiment[]>;
  get(id: string): Promise<Experiment | undefined>;
  /** Turns on event tracking of the rule, freezes the metrics, and counts from now on. */
  start(author: Author, id: string): Promise<StartOutcome>;
  /** Counts no more, and turns event tracking off where it was off before. Stopping twice does no harm. */
  stop(author: Author, id: string): Promise<Experiment | 'not-found' | 'not-started'>;
  read(id: string): Promise<ExperimentReading | undefined>;
  /** What its metrics said over time, oldest first. */
  history(id: string): Promise<readonly HistoryPoint[]>;
}

export interface ExperimentsDeps {
  readonly database: Database;
  readonly store: Pick<Store, 'update' | 'snapshot'>;
  readonly definitions: Pick<MetricDefinitions, 'list'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
}

type Db = Transaction<Schema>;

export function createExperiments({
  database,
  store,
  definitions,
  now,
  newId,
}: ExperimentsDeps): Experiments {
  const get = (id: string): Promise<Experiment | undefined> => database.read((db) => readExperiment(db, id));

  const note = (db: Db, author: Author, action: string, key: string, detail: object = {}): Promise<void> =>
    recordAdminChange(db, { at: now(), author, kind: 'experiment', key, action, detail });

  return {
    async create(author, { project, environment }, design) {
      const row: Schema['experiments'] = {
        id: newId(),
        project,
        environment,
        flag_key: design.flag_name,
        rule: design.rule,
        status: 'draft',
        design: JSON.stringify(design),
        metrics: '[]',
        unit_kind: 'user',
        seen_audit_id: 0,
        was_tracked: 0,
        created_at: now(),
        created_by: JSON.stringify(author),
        started_at: null,
        stopped_at: null,
        decided_at: null,
      };
      await database.write(async (db) => {
        await db.insertInto('experiments').values(row).execute();
        await note(db, author, 'create', row.id, design);
      });
      return experimentFrom(row);
    },

    async list({ project, environment }) {
      const rows = await database.read((db) =>
        db
          .selectFrom('experiments')
          .selectAll()
          .where('project', '=', project)
          .where('environment', '=', environment)
          .orderBy('created_at', 'desc')
          .orderBy('id')
          .execute(),
      );
      return rows.map(experimentFrom);
    },

    get,

    async start(author, id) {
      const draft = await get(id);
      if (draft === undefined) return { outcome: 'not-found' };
      if (draft.status !== 'draft') return { outcome: 'not-a-draft', status: draft.status };
      const metrics = metricsOf(draft.design, await definitions.list(draft.environment));
      if (!Array.isArray(metrics)) return { outcome: 'refused', refusal: metrics };
      const started = await database.write(async (db) => {
        const outcome = await startCounting(db, draft, metrics, now());
        if (outcome.outcome === 'started') await note(db, author, 'start', id);
        return outcome;
      });
      if (started.outcome === 'taken' || started.outcome === 'refused') return started;
      if (started.outcome === 'started' && !(await trackRule(store, draft, true, author))) {
        const isGone = await database.write((db) => takeStartBack(db, draft));
        if (isGone) return { outcome: 'refused', refusal: MISSING_RULE };
      }
      const experiment = await get(id);
      if (experiment === undefined) return { outcome: 'not-found' };
      return started.outcome === 'started'
        ? { outcome: 'started', experiment }
        : { outcome: 'not-a-draft', status: experiment.status };
    },

    async stop(author, id) {
      const experiment = await get(id);
      if (experiment === undefined) return 'not-found';
      if (experiment.status === 'draft') return 'not-started';
      await database.write(async (db) => {
        if (!(await stopCounting(db, id, now()))) return;
        await settleAnswers(db, id, { now: now(), newId, isStopped: true });
        await note(db, author, 'stop', id);
      });
      if (!experiment.wasTracked) await restoreTracking({ database, store }, experiment, author);
      return (await get(id)) ?? 'not-found';
    },

    read: (id) => database.read((db) => readReading(db, id)),
    history: (id) => database.read((db) => readHistory(db, id)),
  };
}

/** The metrics that a design names, the primary one first. */
export function metricsOf(design: ExperimentDesign, known: readonly Metric[]): Metric[] | Refusal {
  const metrics: Metric[] = [];
  for (const [place, key] of [design.primary_metric, ...design.other_metrics].entries()) {
    const metric = known.find((each) => each.key === key);
    const pointer = place === 0 ? '/primary_metric' : `/other_metrics/${place - 1}`;
    if (metric === undefined) return { pointer, detail: `there is no metric ${JSON.stringify(key)} here` };
    if (metrics.includes(metric)) return { pointer, detail: `${JSON.stringify(key)} is named twice` };
    metrics.push(metric);
  }
  return metrics;
}

/** @returns false: it did not run */
async function stopCounting(db: Db, id: string, at: number): Promise<boolean> {
  await lockExperiment(db, id);
  const experiment = await readExperiment(db, id);
  if (experiment?.status !== 'running') return false;
  await followPhases(db, experiment, at);
  await db
    .updateTable('experiment_phases')
    .set({ ended_at: at })
    .where('experiment_id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
  await db
    .updateTable('experiments')
    .set({ status: 'stopped', stopped_at: at })
    .where('id', '=', id)
    .execute();
  return true;
}
