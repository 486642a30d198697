import type { ExpressionBuilder, Selectable, Transaction } from 'kysely';
import { recordAdminChange } from '../store/audit/admin-audit.ts';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';
import type { SchedulesTable } from '../store/sql/tables/schedule-tables.ts';
import type { Author } from '../store/store.ts';
import { parseAuthor } from '../store/stored-json.ts';
import { readInstruction } from './instruction.ts';
import type { Claim, NewSchedule, Schedule, ScheduleQuery } from './schedule.ts';

export interface Schedules {
  create(author: Author, schedule: NewSchedule): Promise<Schedule>;
  get(id: string): Promise<Schedule | undefined>;
  /** In order of due time. */
  list(query: ScheduleQuery): Promise<readonly Schedule[]>;
  /** `too-late`: it is running, or over. */
  cancel(author: Author, id: string): Promise<'cancelled' | 'too-late' | 'not-found'>;
  /** Ids of what is due, oldest first; also of what somebody took on and never finished. */
  due(limit: number): Promise<readonly string[]>;
  /** Undefined: another runner was faster, or an earlier change of the same flag is still to come. */
  claim(id: string): Promise<Claim | undefined>;
  /** Is the claim still ours? */
  holds(claim: Claim): Promise<boolean>;
  /** Back in the queue: the database was away. */
  release(claim: Claim): Promise<void>;
  finish(claim: Claim, state: 'done' | 'failed', result: string, auditId: number | null): Promise<void>;
}

export interface SchedulesDeps {
  readonly database: Database;
  readonly now: () => number;
  readonly newId: () => string;
}

/** How long a runner may hold a schedule before another may take it over. */
export const CLAIM_MS = 30_000;

const SHOWN = [
  'id',
  'project',
  'environment',
  'flag',
  'instruction',
  'due_at',
  'comment',
  'state',
  'created_at',
  'created_by',
  'finished_at',
  'result',
  'audit_id',
] as const;

/** Scheduled changes as rows: what is due is claimed by a conditional update, so that one runner of many has it. */
export function createSchedules({ database, now, newId }: SchedulesDeps): Schedules {
  const get = async (id: string): Promise<Schedule | undefined> => {
    const row = await database.read((tx) =>
      tx.selectFrom('schedules').select(SHOWN).where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? undefined : scheduleOf(row);
  };

  const note = (
    tx: Transaction<Schema>,
    author: Author,
    action: string,
    key: string,
    detail: object = {},
  ): Promise<void> => recordAdminChange(tx, { at: now(), author, kind: 'schedule', key, action, detail });

  return {
    async create(author, schedule) {
      const row: SchedulesTable = {
        id: newId(),
        project: schedule.environment.project,
        environment: schedule.environment.environment,
        flag: schedule.flag,
        instruction: JSON.stringify(schedule.instruction),
        due_at: schedule.dueAt,
        comment: schedule.comment,
        state: 'waiting',
        created_at: now(),
        created_by: JSON.stringify(author),
        claim: null,
        claim_until: null,
        finished_at: null,
        result: null,
        audit_id: null,
      };
      await database.write(async (tx) => {
        await tx.insertInto('schedules').values(row).execute();
        await note(tx, author, 'create', row.id, schedule);
      });
      return scheduleOf(row);
    },

    get,

    async list({ environment, flag, state, after, limit }) {
      const rows = await database.read((tx) => {
        let query = tx.selectFrom('schedules').select(SHOWN).orderBy('due_at').orderBy('id').limit(limit);
        if (environment !== undefined) {
          query = query
            .where('project', '=', environment.project)
            .where('environment', '=', environment.environment);
        }
        if (flag !== undefined) query = query.where('flag', '=', flag);
        if (state !== undefined) query = query.where('state', '=', state);
        if (after !== undefined) {
          query = query.where((where) =>
            where.or([
              where('due_at', '>', after.dueAt),
              where.and([where('due_at', '=', after.dueAt), where('id', '>', after.id)]),
            ]),
          );
        }
        return query.execute();
      });
      return rows.map(scheduleOf);
    },

    async cancel(author, id) {
      const isCancelled = await database.write(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('schedules')
          .set({ state: 'cancelled', finished_at: now(), result: `cancelled by ${author.id}` })
          .where('id', '=', id)
          .where('state', '=', 'waiting')
          .executeTakeFirst();
        if (numUpdatedRows > 0n) await note(tx, author, 'cancel', id);
        return numUpdatedRows > 0n;
      });
      if (isCancelled) return 'cancelled';
      return (await get(id)) === undefined ? 'not-found' : 'too-late';
    },

    async due(limit) {
      const at = now();
      const rows = await database.read((tx) =>
        tx
          .selectFrom('schedules')
          .select('id')
          .where(isDue(at))
          .orderBy('due_at')
          .orderBy('id')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.id);
    },

    async claim(id) {
      const token = newId();
      return database.write(async (tx) => {
        const at = now();
        const before = await tx.selectFrom('schedules').selectAll().where('id', '=', id).executeTakeFirst();
        if (before === undefined) return undefined;
        const earlier = await tx
          .selectFrom('schedules')
          .select('id')
          .where('project', '=', before.project)
          .where('environment', '=', before.environment)
          .where('flag', '=', before.flag)
          .where('state', 'in', ['waiting', 'running'])
          .where((where) =>
            where.or([
              where('due_at', '<', before.due_at),
              where.and([where('due_at', '=', before.due_at), where('id', '<', id)]),
            ]),
          )
          .limit(1)
          .executeTakeFirst();
        if (earlier !== undefined) return undefined;
        const result = await tx
          .updateTable('schedules')
          .set({ state: 'running', claim: token, claim_until: at + CLAIM_MS })
          .where('id', '=', id)
          .where(isDue(at))
          .executeTakeFirst();
        if (result.numUpdatedRows === 0n) return undefined;
        return { schedule: scheduleOf(before), token };
      });
    },

    async holds(claim) {
      const row = await database.read((tx) =>
        tx
          .selectFrom('schedules')
          .select('id')
          .where((where) => where.and(held(claim)))
          .executeTakeFirst(),
      );
      return row !== undefined;
    },

    async release(claim) {
      await database.write((tx) =>
        tx
          .updateTable('schedules')
          .set({ state: 'waiting', claim: null, claim_until: null })
          .where((where) => where.and(held(claim)))
          .execute(),
      );
    },

    async finish(claim, state, result, auditId) {
      await database.write((tx) =>
        tx
          .updateTable('schedules')
          .set({ state, result, audit_id: auditId, finished_at: now() })
          .where((where) => where.and(held(claim)))
          .execute(),
      );
    },
  };
}

/** Its time has come; or somebody took it on, and the time that they had for it is over. */
const isDue = (at: number) => (where: ExpressionBuilder<Schema, 'schedules'>) =>
  where.or([
    where.and([where('state', '=', 'waiting'), where('due_at', '<=', at)]),
    where.and([where('state', '=', 'running'), where('claim_until', '<=', at)]),
  ]);

const held = ({ schedule, token }: Claim) => ({ id: schedule.id, claim: token, state: 'running' as const });

function scheduleOf(row: Pick<Selectable<SchedulesTable>, (typeof SHOWN)[number]>): Schedule {
  return {
    id: row.id,
    environment: { project: row.project, environment: row.environment },
    flag: row.flag,
    instruction: readInstruction(row.instruction),
    dueAt: row.due_at,
    comment: row.comment,
    state: row.state,
    createdAt: row.created_at,
    createdBy: parseAuthor(row.created_by),
    finishedAt: row.finished_at,
    result: row.result,
    auditId: row.audit_id,
  };
}
