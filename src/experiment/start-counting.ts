import { sql, type Transaction } from 'kysely';
import type { Schema } from '../store/sql/schema.ts';
import type { EnvironmentRef } from '../store/store.ts';
import { parseRecord } from '../store/stored-json.ts';
import { type Experiment, type ExperimentDesign, variationsOf } from './experiment.ts';
import type { Refusal } from './experiments.ts';
import { freezeCaps } from './metrics/freeze-caps.ts';
import { type Metric, storeMetrics } from './metrics/metric.ts';
import { insertPhase } from './phases.ts';
import { type RuleWeights, ruleWeights } from './rule-weights.ts';

type Db = Transaction<Schema>;

export type StartedCounting =
  | { readonly outcome: 'started' }
  /** Another experiment runs on the rule. */
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'not-a-draft' }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

export const MISSING_RULE: Refusal = { pointer: '/rule', detail: 'the flag has no such rule' };

/**
 * Makes a draft run: of several instances, and of several drafts on one rule, one wins. Whether the rule was tracked before
 * is kept in the same transaction, and tracking is turned on after it, so that whatever is interrupted, it is known what
 * to turn off in the end.
 *
 * @param at epoch milliseconds
 */
export async function startCounting(
  db: Db,
  { id, environment: { project, environment }, design }: Experiment,
  metrics: readonly Metric[],
  at: number,
): Promise<StartedCounting> {
  const ofRule = { project, environment, flag_key: design.flag_name, rule: design.rule };
  // Writing the rows locks them, so that the drafts of one rule come one after the other.
  await db
    .updateTable('experiments')
    .set({ status: sql`status` })
    .where((where) => where.and(ofRule))
    .execute();
  const item = await readFlagItem(db, { project, environment }, design.flag_name);
  const record = item === undefined ? null : parseRecord(item.record);
  const split = record?.kind === 'flag' ? ruleWeights(record.definition, design.rule) : undefined;
  if (item === undefined || split === undefined) return { outcome: 'refused', refusal: MISSING_RULE };
  const refusal = checkSplit(design, split);
  if (refusal !== undefined) return { outcome: 'refused', refusal };

  const running = await db
    .selectFrom('experiments')
    .select('id')
    .where((where) => where.and({ ...ofRule, status: 'running' }))
    .executeTakeFirst();
  if (running !== undefined) return { outcome: running.id === id ? 'not-a-draft' : 'taken' };
  // One that has just stopped may not have turned tracking off yet: that is left to this one.
  const inherited = await db
    .updateTable('experiments')
    .set({ was_tracked: 1 })
    .where((where) => where.and({ ...ofRule, status: 'stopped', was_tracked: 0 }))
    .executeTakeFirst();
  const wasTracked = split.isTracked && inherited.numUpdatedRows === 0n;
  const environmentRef = { project, environment };
  const started = await db
    .updateTable('experiments')
    .set({
      status: 'running',
      metrics: storeMetrics(await freezeCaps(db, environmentRef, split.unitKind, metrics, at)),
      unit_kind: split.unitKind,
      was_tracked: wasTracked ? 1 : 0,
      seen_audit_id: item.audit_id,
      started_at: at,
    })
    .where('id', '=', id)
    .where('status', '=', 'draft')
    .executeTakeFirst();
  if (started.numUpdatedRows === 0n) return { outcome: 'not-a-draft' };
  await insertPhase(db, id, {
    number: 1,
    // Turning tracking on makes the next version: what was served before is none of the experiment's.
    fromVersion: item.version + (split.isTracked ? 0 : 1),
    startedAt: at,
    endedAt: null,
    weights: variationsOf(design).map((variation) => split.weights.get(variation) ?? 0),
  });
  return { outcome: 'started' };
}

/**
 * Takes a start back whose rule could not be tracked, because the flag has been deleted since.
 *
 * @returns false: the flag is there, and this instance has not heard of it yet; the runner tracks it when it has
 */
export async function takeStartBack(db: Db, { id, environment, design }: Experiment): Promise<boolean> {
  if ((await readFlagItem(db, environment, design.flag_name)) !== undefined) return false;
  await db.deleteFrom('experiment_phases').where('experiment_id', '=', id).execute();
  await db
    .updateTable('experiments')
    .set({ status: 'draft', metrics: '[]', was_tracked: 0, seen_audit_id: 0, started_at: null })
    .where('id', '=', id)
    .execute();
  return true;
}

async function readFlagItem(db: Db, { project, environment }: EnvironmentRef, key: string) {
  return await db
    .selectFrom('items')
    .select(['version', 'audit_id', 'record'])
    .where((where) => where.and({ project, environment, kind: 'flag', key }))
    .executeTakeFirst();
}

function checkSplit(design: ExperimentDesign, split: RuleWeights): Refusal | undefined {
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
