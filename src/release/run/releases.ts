import type { Selectable, Transaction } from 'kysely';
import * as z from 'zod';
import type { GuardMetric } from '../guard/guard-metric.ts';
import { insertGuardRows } from '../guard/guard-rows.ts';
import { isOver, NOT_STARTED, type ReleaseState } from '../machine/release-state.ts';
import { ACTIONS } from '../machine/transition.ts';
import { DEFAULT_RULE } from '../plan/release-plan.ts';
import { type PlanDocument, planSchema } from '../plan/plan-document.ts';
import { readPlan } from '../plan/stored-plan.ts';
import { recordAdminChange } from '../../store/audit/admin-audit.ts';
import type { Database } from '../../store/sql/database.ts';
import type { Schema } from '../../store/sql/schema.ts';
import type { ReleasesTable } from '../../store/sql/tables/release-tables.ts';
import type { Author, EnvironmentRef } from '../../store/store.ts';
import { parseAuthor } from '../../store/stored-json.ts';
import { type DecisionRecord, recordSchema, stateSchema } from './decision-record.ts';
import type { Decision, Release } from './release.ts';

type Db = Transaction<Schema>;

const actionSchema = z.enum(ACTIONS);

export interface ReleaseQuery {
  readonly environment?: EnvironmentRef;
  readonly flag?: string;
  readonly isUnderWay?: boolean;
  /** Those before this one, newest first. */
  readonly before?: { readonly createdAt: number; readonly id: string };
  readonly limit: number;
}

/** Releases and their decisions as rows. */
export interface Releases {
  /** `taken`: another release is under way on the same rule. */
  create(
    author: Author,
    environment: EnvironmentRef,
    document: PlanDocument,
    unitKind: string,
    /** Of the plan's guards, in their order; kept as they are now. */
    metrics: readonly GuardMetric[],
  ): Promise<Release | 'taken'>;
  get(id: string): Promise<Release | undefined>;
  /** Newest first. */
  list(query: ReleaseQuery): Promise<readonly Release[]>;
  /** Ids of those that are not over, oldest first. */
  underWay(): Promise<readonly string[]>;
  /** The id of the release that is under way on a rule. */
  onRule(environment: EnvironmentRef, flag: string, rule: string): Promise<string | undefined>;
  /** Oldest first, from a number on. */
  decisions(id: string, from: number, limit: number): Promise<readonly Decision[]>;
  /** Keeps the watched time, unless something was decided since. */
  checkpoint(release: Pick<Release, 'id' | 'version'>, heldMs: number): Promise<void>;
}

export interface ReleasesDeps {
  readonly database: Database;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
}

export function createReleases({ database, now, newId }: ReleasesDeps): Releases {
  return {
    create: (author, environment, document, unitKind, metrics) =>
      database.write(async (db) => {
        const createdAt = now();
        const stored = { plan: JSON.stringify(document), metrics: JSON.stringify(metrics) };
        const plan = readPlan({ ...stored, created_at: createdAt });
        const { project, environment: name } = environment;
        const { heldMs, ...state } = { ...NOT_STARTED, sentence: describeStart(plan.startAt, createdAt) };
        const row: ReleasesTable = {
          id: newId(),
          project,
          environment: name,
          flag: plan.flag,
          rule: plan.rule,
          ...stored,
          state: JSON.stringify(state),
          held_ms: heldMs,
          version: 0,
          unit_kind: unitKind,
          created_at: createdAt,
          created_by: JSON.stringify(author),
          updated_at: createdAt,
          finished_at: null,
        };
        const inserted = await db
          .insertInto('releases')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .columns(['project', 'environment', 'flag', 'rule'])
              .where('finished_at', 'is', null)
              .doNothing(),
          )
          .returning('id')
          .executeTakeFirst();
        if (inserted === undefined) return 'taken';
        await insertGuardRows(db, row.id, plan.guards);
        const change = { at: createdAt, author, kind: 'release', key: row.id, action: 'create' } as const;
        await recordAdminChange(db, { ...change, environment, detail: document });
        return releaseOf(row);
      }),

    get: (id) => database.read((db) => readRelease(db, id)),

    async list({ environment, flag, isUnderWay, before, limit }) {
      const rows = await database.read((db) => {
        let query = db
          .selectFrom('releases')
          .selectAll()
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit);
        if (environment !== undefined) {
          query = query
            .where('project', '=', environment.project)
            .where('environment', '=', environment.environment);
        }
        if (flag !== undefined) query = query.where('flag', '=', flag);
        if (isUnderWay !== undefined) query = query.where('finished_at', isUnderWay ? 'is' : 'is not', null);
        if (before !== undefined) {
          query = query.where((where) =>
            where.or([
              where('created_at', '<', before.createdAt),
              where.and([where('created_at', '=', before.createdAt), where('id', '<', before.id)]),
            ]),
          );
        }
        return query.execute();
      });
      return rows.map(releaseOf);
    },

    async underWay() {
      const rows = await database.read((db) =>
        db
          .selectFrom('releases')
          .select('id')
          .where('finished_at', 'is', null)
          .orderBy('created_at')
          .execute(),
      );
      return rows.map(({ id }) => id);
    },

    onRule: (environment, flag, rule) => database.read((db) => releaseOnRule(db, environment, flag, rule)),

    async decisions(id, from, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('release_decisions')
          .selectAll()
          .where('release_id', '=', id)
          .where('number', '>=', from)
          .orderBy('number')
          .limit(limit)
          .execute(),
      );
      return rows.map(({ number, at, action, sentence, record }) => ({
        number,
        at,
        action: actionSchema.parse(action),
        sentence,
        record: recordSchema.parse(JSON.parse(record)),
      }));
    },

    async checkpoint({ id, version }, heldMs) {
      await database.write((db) =>
        db
          .updateTable('releases')
          .set({ held_ms: heldMs })
          .where('id', '=', id)
          .where('version', '=', version)
          .execute(),
      );
    },
  };
}

/** What a decision stands on has changed since the release was read. */
export class StaleReleaseError extends Error {
  override readonly name = 'StaleReleaseError';
}

export async function readRelease(db: Db, id: string): Promise<Release | undefined> {
  const row = await db.selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : releaseOf(row);
}

export async function releaseOnRule(
  db: Db,
  { project, environment }: EnvironmentRef,
  flag: string,
  rule: string = DEFAULT_RULE,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('releases')
    .select('id')
    .where('project', '=', project)
    .where('environment', '=', environment)
    .where('flag', '=', flag)
    .where('rule', '=', rule)
    .where('finished_at', 'is', null)
    .executeTakeFirst();
  return row?.id;
}

/**
 * A decision becomes the release's state.
 *
 * @throws StaleReleaseError when somebody decided since `release` was read
 */
export async function writeDecision(
  db: Db,
  release: Release,
  state: ReleaseState,
  record: DecisionRecord,
  at: number,
): Promise<void> {
  const { heldMs, ...kept } = state;
  const number = release.version + 1;
  const updated = await db
    .updateTable('releases')
    .set({
      state: JSON.stringify(kept),
      held_ms: heldMs,
      version: number,
      updated_at: at,
      finished_at: isOver(state) ? at : null,
    })
    .where('id', '=', release.id)
    .where('version', '=', release.version)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) throw new StaleReleaseError();
  await db
    .insertInto('release_decisions')
    .values({
      release_id: release.id,
      number,
      at,
      action: record.action,
      sentence: state.sentence,
      record: JSON.stringify(record),
    })
    .execute();
}

function releaseOf(row: Selectable<ReleasesTable>): Release {
  const state: unknown = JSON.parse(row.state);
  return {
    id: row.id,
    environment: { project: row.project, environment: row.environment },
    document: planSchema.parse(JSON.parse(row.plan)),
    plan: readPlan(row),
    state: stateSchema.parse(Object.assign({}, state, { heldMs: row.held_ms })),
    version: row.version,
    unitKind: row.unit_kind,
    createdAt: row.created_at,
    createdBy: parseAuthor(row.created_by),
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  };
}

function describeStart(startAt: number | null, createdAt: number): string {
  if (startAt === null) return 'Waits for somebody to start it.';
  return startAt <= createdAt ? 'Starts in a moment.' : `Starts at ${new Date(startAt).toISOString()}.`;
}
