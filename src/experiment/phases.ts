import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../store/sql/schema.ts';
import { parseRecord } from '../store/stored-json.ts';
import type { RunningExperiment } from './experiment.ts';
import { ruleWeights } from './rule-weights.ts';

type Db = Transaction<Schema>;

/** A time of constant weights. */
export interface Phase {
  readonly number: number;
  /** The first version of the flag that served these weights. */
  readonly fromVersion: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds; null: it lasts. */
  readonly endedAt: number | null;
  /** Of the experiment's variations, control first; in thousandths of a percent. */
  readonly weights: readonly number[];
}

const storedWeights = z.array(z.number());

export async function readPhases(db: Db, experimentId: string): Promise<readonly Phase[]> {
  const rows = await db
    .selectFrom('experiment_phases')
    .selectAll()
    .where('experiment_id', '=', experimentId)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    number: row.number,
    fromVersion: row.from_version,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    weights: storedWeights.parse(JSON.parse(row.weights)),
  }));
}

/** The phase whose weights a version of the flag served; undefined: the version is older than the experiment. */
export const phaseOfVersion = (phases: readonly Phase[], version: number): Phase | undefined =>
  phases.findLast(({ fromVersion }) => fromVersion <= version);

/**
 * The phases with all that the flag has been until now: each change of weights since the experiment last looked has ended
 * a phase and begun another. The audit log knows every version, so that none is missed, whichever instance made it. The
 * caller has locked the experiment.
 */
export async function followPhases(
  db: Db,
  experiment: RunningExperiment,
  now: number,
): Promise<readonly Phase[]> {
  const phases = await readPhases(db, experiment.id);
  if (experiment.status !== 'running') return phases;
  const { project, environment } = experiment.environment;
  const key = experiment.design.flag_name;
  // Read again under the lock: another instance may have followed the flag since.
  const { seen_audit_id: seen } = await db
    .selectFrom('experiments')
    .select('seen_audit_id')
    .where('id', '=', experiment.id)
    .executeTakeFirstOrThrow();
  const entries = await db
    .selectFrom('audit')
    .select(['id', 'after'])
    .where('project', '=', project)
    .where('environment', '=', environment)
    .where('kind', '=', 'flag')
    .where('key', '=', key)
    .where('id', '>', seen)
    .orderBy('id')
    .execute();
  const last = entries.at(-1);
  if (last === undefined) return phases;
  let known = phases;
  for (const { after } of entries) known = await followOne(db, experiment, known, after, now);
  await db
    .updateTable('experiments')
    .set({ seen_audit_id: last.id })
    .where('id', '=', experiment.id)
    .execute();
  return known;
}

async function followOne(
  db: Db,
  { id, design, variations }: RunningExperiment,
  phases: readonly Phase[],
  after: string | null,
  now: number,
): Promise<readonly Phase[]> {
  const record = parseRecord(after);
  const split = record?.kind === 'flag' ? ruleWeights(record.definition, design.rule) : undefined;
  const current = phases.at(-1);
  // A deleted flag or rule serves no unit: no version, no new phase.
  if (record === null || split === undefined || current === undefined) return phases;
  const weights = variations.map((variation) => split.weights.get(variation) ?? 0);
  if (JSON.stringify(weights) === JSON.stringify(current.weights)) return phases;
  await db
    .updateTable('experiment_phases')
    .set({ ended_at: now })
    .where('experiment_id', '=', id)
    .where('number', '=', current.number)
    .execute();
  const next: Phase = {
    number: current.number + 1,
    fromVersion: record.version,
    startedAt: now,
    endedAt: null,
    weights,
  };
  await insertPhase(db, id, next);
  return [...phases.slice(0, -1), { ...current, endedAt: now }, next];
}

export async function insertPhase(db: Db, experimentId: string, phase: Phase): Promise<void> {
  await db
    .insertInto('experiment_phases')
    .values({
      experiment_id: experimentId,
      number: phase.number,
      from_version: phase.fromVersion,
      started_at: phase.startedAt,
      ended_at: phase.endedAt,
      weights: JSON.stringify(phase.weights),
    })
    .execute();
}
