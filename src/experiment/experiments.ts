import type { Transaction } from 'kysely';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { Author, EnvironmentRef, Store } from '../store/store.ts';
import { parseRecord } from '../store/stored-json.ts';
import type { ArmTotals } from './counting/arm-totals.ts';
import { lockExperiment } from './counting/experiment-counter.ts';
import { readTotals } from './counting/unit-rows.ts';
import { type Experiment, type ExperimentDesign, experimentFrom, variationsOf } from './experiment.ts';
import { freezeCaps } from './metrics/freeze-caps.ts';
import { type Metric, storeMetrics } from './metrics/metric.ts';
import type { MetricDefinitions } from './metrics/metric-definitions.ts';
import { followPhases, insertPhase, type Phase, readPhases } from './phases.ts';
import { ruleWeights, withTracking } from './rule-weights.ts';

/** Everything that a result is made of: a few rows, however many listeners there are. */
export interface ExperimentReading {
  readonly experiment: Experiment;
  readonly phases: readonly Phase[];
  readonly totals: readonly ArmTotals[];
}

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
  /** Another experiment runs on the rule. */
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

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

  const track = async (
    { id, environment, design }: Experiment,
    author: Author,
    isTracked: boolean,
  ): Promise<boolean> => {
    const verb = isTracked ? 'starts' : 'stops';
    const outcome = await store.update(
      { id: `experiment:${id}`, via: 'experiment', comment: `“${design.name}” ${verb}, by ${author.id}` },
      { environment, kind: 'flag', key: design.flag_name },
      (current) =>
        current === undefined
          ? { outcome: 'refused', refusal: 'gone' }
          : {
              outcome: 'edited',
              draft: { definition: withTracking(current.definition, design.rule, isTracked) },
            },
    );
    return outcome.outcome === 'changed' || outcome.outcome === 'unchanged';
  };

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
      };
      await database.write((db) => db.insertInto('experiments').values(row).execute());
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
      const { environment, design } = draft;
      const flag = store.snapshot(environment)?.flags.get(design.flag_name);
      const split = flag && ruleWeights(flag.definition, design.rule);
      const check = checkSplit(design, split);
      if (check !== undefined || split === undefined)
        return { outcome: 'refused', refusal: check ?? missingRule };
      const metrics = metricsOf(design, await definitions.list(environment));
      if (!Array.isArray(metrics)) return { outcome: 'refused', refusal: metrics };

      // Tracked first: if the process ends in between, SDKs send more than is needed, and the draft can be started again.
      if (!(await track(draft, author, true))) return { outcome: 'refused', refusal: missingRule };
      const startedAt = now();
      const started = await database.write(async (db): Promise<'started' | 'taken' | 'not-a-draft'> => {
        // Read again: the weights are those of the version that the phase begins with.
        const row = await readItem(db, environment, design.flag_name);
        const record = parseRecord(row.record);
        const present = record?.kind === 'flag' ? ruleWeights(record.definition, design.rule) : undefined;
        const taken = await db
          .selectFrom('experiments')
          .select('id')
          .where('project', '=', environment.project)
          .where('environment', '=', environment.environment)
          .where('flag_key', '=', design.flag_name)
          .where('rule', '=', design.rule)
          .where('status', '=', 'running')
          .executeTakeFirst();
        if (taken !== undefined) return taken.id === id ? 'not-a-draft' : 'taken';
        const frozen = await freezeCaps(db, environment, split.unitKind, metrics, startedAt);
        const updated = await db
          .updateTable('experiments')
          .set({
            status: 'running',
            metrics: storeMetrics(frozen),
            unit_kind: split.unitKind,
            was_tracked: split.isTracked ? 1 : 0,
            seen_audit_id: row.audit_id,
            started_at: startedAt,
          })
          .where('id', '=', id)
          .where('status', '=', 'draft')
          .executeTakeFirst();
        if (updated.numUpdatedRows === 0n) return 'not-a-draft';
        const weights = variationsOf(design).map((variation) => present?.weights.get(variation) ?? 0);
        await insertPhase(db, id, {
          number: 1,
          fromVersion: row.version,
          startedAt,
          endedAt: null,
          weights,
        });
        return 'started';
      });
      const experiment = await get(id);
      if (experiment === undefined) return { outcome: 'not-found' };
      if (started === 'taken') return { outcome: 'taken' };
      return started === 'started'
        ? { outcome: 'started', experiment }
        : { outcome: 'not-a-draft', status: experiment.status };
    },

    async stop(author, id) {
      const experiment = await get(id);
      if (experiment === undefined) return 'not-found';
      if (experiment.status === 'draft') return 'not-started';
      await database.write((db) => stopCounting(db, id, now()));
      if (!experiment.wasTracked) await track(experiment, author, false);
      return (await get(id)) ?? 'not-found';
    },

    read: (id) =>
      database.read(async (db) => {
        const experiment = await readExperiment(db, id);
        if (experiment === undefined) return undefined;
        return { experiment, phases: await readPhases(db, id), totals: await readTotals(db, id) };
      }),
  };
}

const missingRule: Refusal = { pointer: '/rule', detail: 'the flag has no such rule' };

function checkSplit(design: ExperimentDesign, split: ReturnType<typeof ruleWeights>): Refusal | undefined {
  if (split === undefined) return missingRule;
  if (!split.byKey) {
    return {
      pointer: '/rule',
      detail: 'the rule decides by another attribute than the key, so that contexts move together',
    };
  }
  const unserved = variationsOf(design).find((variation) => (split.weights.get(variation) ?? 0) === 0);
  return unserved === undefined
    ? undefined
    : { pointer: '/rule', detail: `the rule does not serve variation ${unserved}: give it a share first` };
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

export async function readExperiment(db: Db, id: string) {
  const row = await db.selectFrom('experiments').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : experimentFrom(row);
}

async function readItem(db: Db, { project, environment }: EnvironmentRef, key: string) {
  return await db
    .selectFrom('items')
    .select(['version', 'audit_id', 'record'])
    .where('project', '=', project)
    .where('environment', '=', environment)
    .where('kind', '=', 'flag')
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
}

async function stopCounting(db: Db, id: string, at: number): Promise<void> {
  await lockExperiment(db, id);
  const experiment = await readExperiment(db, id);
  if (experiment?.status !== 'running') return;
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
}
