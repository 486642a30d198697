import { type Logger, SILENT_LOGGER } from '../../shared/logger.ts';
import type { Transaction } from 'kysely';
import type { FlagSet } from '../../evaluation/evaluator.ts';
import { firstStep } from '../seed-commit.ts';
import { type Intent, type Step, journal, outcomeOf } from '../journal.ts';
import { planChange } from '../plan.ts';
import { SEED_AUTHOR, planEnvironment, planProject } from '../plan-places.ts';
import { planUndo } from '../plan-undo.ts';
import {
  EMPTY_STATE,
  type Rows,
  type StoreState,
  advance,
  changesSince,
  environmentState,
  projectList,
} from '../state.ts';
import {
  type Author,
  type Change,
  type ChangeOutcome,
  type FeedEvent,
  type Store,
  StoreUnavailableError,
} from '../store.ts';
import { updateItem } from '../update.ts';
import { createEmitter } from '../../shared/emitter.ts';
import { asStoreError } from './database-errors.ts';
import type { Database } from './database.ts';
import { follow } from './follower.ts';
import { listenToPostgres } from './postgres-listener.ts';
import type { Schema } from './schema.ts';
import { readAudit, readOperation, verifySqlAudit } from './sql-audit.ts';
import { NEWS_CHANNEL, lockHead, readHead, readRows, writeStep } from './store-rows.ts';
import { createWriteQueue } from './write-queue.ts';

export interface SqlStoreOptions {
  /** The store uses it and does not close it. */
  readonly database: Database;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What an empty database starts with. Default: no flags. */
  readonly seedFlags?: FlagSet;
  /** Default: silent. */
  readonly log?: Logger;
  /** The address of PostgreSQL, for a connection of the listener's own. Default: the store polls only. */
  readonly listenUrl?: string;
  /** How often to look for changes of other processes. Default: 2,000 when listening, 250 when not. */
  readonly pollIntervalMs?: number;
  /** Spreads reconnects. Default: Math.random. */
  readonly random?: () => number;
}

const NO_FLAGS: FlagSet = { flags: {}, segments: {} };
const NO_ROWS: Rows = { projects: [], environments: [], items: [] };
/** A failed write is trouble for so long; whether it still is, only the next write can tell, save where reading tells it. */
const WRITE_TROUBLE_MS = 10_000;

interface WriteTrouble extends Pick<StoreUnavailableError, 'message' | 'reason'> {
  readonly at: number;
}

/** Plans on the newest state there is, inside the transaction. */
type Planner<A> = (
  newest: StoreState,
  at: string,
  db: Transaction<Schema>,
) => Promise<{ readonly answer: A } | Intent>;

export interface SqlStore extends Store {
  /**
   * `change`, and what else must become durable with it or not at all. `together` runs in the transaction of the change,
   * when there is something to change; what it throws takes the change back.
   */
  changeTogether(
    author: Author,
    change: Change,
    together: (db: Transaction<Schema>) => Promise<void>,
  ): Promise<ChangeOutcome>;
}

/**
 * A store in a database that other processes may use at the same time. Reads come from memory and never wait;
 * a change is acknowledged when it is durable and in this process's snapshot. Throws StoreUnavailableError.
 */
export async function openSqlStore({
  database,
  now,
  seedFlags = NO_FLAGS,
  log = SILENT_LOGGER,
  listenUrl,
  pollIntervalMs = listenUrl === undefined ? 250 : 2_000,
  random = Math.random,
}: SqlStoreOptions): Promise<SqlStore> {
  const feed = createEmitter<FeedEvent>((error, event) => {
    log.error({ err: error, environment: event.environment }, 'a subscriber to the change feed threw');
  });
  const queued = createWriteQueue();
  const isoNow = (): string => new Date(now()).toISOString();
  let writeTrouble: WriteTrouble | undefined;
  let closed = false;

  await seed(database, seedFlags, now());
  let state: StoreState = advance(EMPTY_STATE, await database.read((db) => readRows(db, 0))).state;

  const apply = (rows: Rows): void => {
    const next = advance(state, rows);
    state = next.state;
    for (const event of next.events) feed.emit(event);
  };
  const follower = follow({
    database,
    position: () => state.position,
    onRows: apply,
    now,
    log,
    pollIntervalMs,
  });
  const listener =
    listenUrl === undefined
      ? undefined
      : listenToPostgres({
          url: listenUrl,
          channel: NEWS_CHANNEL,
          onNews: (payload) => void (Number(payload) > state.position && follower.catchUp()),
          onUp: () => void follower.catchUp(),
          onDown: () => void follower.catchUp(),
          log,
          random,
        });
  await listener?.tried;

  /** Plans on the newest state there is, under the lock that makes it stay the newest; writes; then shows what it wrote. */
  const write = async <A>(
    author: Author,
    planned: Planner<A>,
  ): Promise<{ readonly answer: A } | { readonly step: Step }> =>
    queued(async () => {
      if (closed) throw new StoreUnavailableError('the store is closed');
      try {
        const done = await database.write(async (db) => {
          const head = await lockHead(db, database.dialect);
          const known = state;
          const missed = head.position > known.position ? await readRows(db, known.position) : NO_ROWS;
          const newest = advance(known, missed).state;
          const at = isoNow();
          const plan = await planned(newest, at, db);
          if ('answer' in plan) return { missed, ...plan };
          const step = journal(newest, head, plan, author, at);
          await writeStep(db, database.dialect, step, author, at);
          return { missed, step };
        });
        writeTrouble = undefined;
        apply(done.missed);
        if ('step' in done) apply(done.step);
        return done;
      } catch (error) {
        if (error instanceof StoreUnavailableError && error.reason !== 'busy') {
          writeTrouble = { at: now(), message: error.message, reason: error.reason };
          log.error({ err: error }, 'a change could not be written');
          void follower.catchUp();
        }
        throw error;
      }
    });

  const carryOut = async (author: Author, planned: Planner<ChangeOutcome>): Promise<ChangeOutcome> => {
    const done = await write(author, planned);
    return 'answer' in done ? done.answer : outcomeOf(done.step);
  };

  /** A server that answers reads again is there for writes too; a file can be read and yet not be written to. */
  const troubleOfWrites = (): WriteTrouble | undefined => {
    if (writeTrouble === undefined || now() - writeTrouble.at >= WRITE_TROUBLE_MS) return undefined;
    const isBack =
      database.dialect === 'postgres' &&
      writeTrouble.reason === 'away' &&
      follower.levelAt() > writeTrouble.at;
    return isBack ? undefined : writeTrouble;
  };

  const store: SqlStore = {
    snapshot: (environment) => environmentState(state, environment)?.snapshot,
    changesSince: (environment, sequence) => changesSince(state, environment, sequence),
    change: (author, change) => carryOut(author, async (newest, at) => planChange(newest, change, at)),
    changeTogether: (author, change, together) =>
      carryOut(author, async (newest, at, db) => {
        const plan = planChange(newest, change, at);
        if ('writes' in plan) await together(db);
        return plan;
      }),
    update: (author, ref, edit, options) => updateItem(store, author, ref, edit, options),
    undo: (author, auditId) =>
      carryOut(author, async (newest, at, db) =>
        planUndo(newest, auditId, await readOperation(db, auditId), at),
      ),
    audit: async (query = {}) => {
      try {
        return await readAudit(database.kysely, query);
      } catch (error) {
        throw asStoreError(error);
      }
    },
    verifyAudit: () => verifySqlAudit(database),
    subscribe: feed.subscribe,
    projects: () => projectList(state),
    createProject: async (author, key, name) => {
      const done = await write(author, async (newest) => planProject(newest, key, name));
      return 'answer' in done ? done.answer : 'created';
    },
    createEnvironment: async (author, project, key, name) => {
      const done = await write(author, async (newest, at) => planEnvironment(newest, project, key, name, at));
      return 'answer' in done ? done.answer : 'created';
    },
    health: () => {
      const trouble = follower.trouble() ?? troubleOfWrites()?.message;
      const feedLagMs = Math.max(0, now() - follower.levelAt());
      return trouble === undefined
        ? {
            ready: true,
            detail: `flags are kept in ${database.dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL'}`,
            feedLagMs,
          }
        : { ready: false, detail: `${trouble}; flags are answered from memory`, feedLagMs };
    },
    close: async () => {
      closed = true;
      await queued(async () => {}).catch(() => undefined);
      await listener?.close();
      await follower.close();
    },
  };
  return store;
}

/** Once, by whichever instance comes first. */
async function seed(database: Database, flagSet: FlagSet, now: number): Promise<void> {
  const { position } = await database.read(readHead);
  if (position > 0) return;
  await database.write(async (db) => {
    const head = await lockHead(db, database.dialect);
    if (head.position > 0) return;
    const step = firstStep(flagSet, now);
    await writeStep(db, database.dialect, step, SEED_AUTHOR, new Date(now).toISOString());
  });
}
