import { setImmediate as turn } from 'node:timers/promises';
import type { FlagSet } from '../evaluation/evaluator.ts';
import { createEmitter } from '../shared/emitter.ts';
import { isoTime } from '../shared/iso-time.ts';
import { type Logger, SILENT_LOGGER } from '../shared/logger.ts';
import { createBatchQueue } from './batch-queue.ts';
import {
  type Commit,
  type PendingWrites,
  buildCommit,
  mergedCommit,
  outcomeOf,
} from './changes/build-commit.ts';
import { planChange } from './changes/plan-change.ts';
import { SEED_AUTHOR, planEnvironment, planProject, planStart } from './changes/plan-project.ts';
import { importSteps } from './changes/plan-import.ts';
import { planUndo } from './changes/plan-undo.ts';
import { follow } from './follower.ts';
import type { Journal, JournalTransaction } from './journal.ts';
import {
  type Advance,
  EMPTY_STATE,
  type Rows,
  type StoreState,
  advance,
  changesSince,
  environmentState,
  projectList,
} from './state.ts';
import {
  type Author,
  type Change,
  type ChangeOutcome,
  type FeedEvent,
  type Store,
  StoreUnavailableError,
} from './store.ts';
import { updateItem } from './update.ts';

export interface StoreOptions<Tx> {
  readonly journal: Journal<Tx>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What an empty database starts with. Default: no flags. */
  readonly seedFlags?: FlagSet;
  /** Default: silent. */
  readonly log?: Logger;
  /** How often to look for changes of other processes. Default: 2,000 when the journal listens, 250 when it does not. */
  readonly pollIntervalMs?: number;
}

export interface TransactionalStore<Tx> extends Store {
  /**
   * `change`, and what else must become durable with it or not at all. `together` runs in the transaction of the change,
   * when there is something to change; what it throws takes the change back.
   */
  changeTogether(author: Author, change: Change, together: (db: Tx) => Promise<void>): Promise<ChangeOutcome>;
}

/** Something to write, or an answer without writing. Called with the newest state there is, inside the transaction. */
type Planner<Tx, Answer> = (
  newest: StoreState,
  at: string,
  transaction: JournalTransaction<Tx>,
) => Promise<{ readonly answer: Answer } | PendingWrites>;

interface Write<Tx> {
  readonly author: Author;
  /** One after the other, each on what the one before leaves; undefined: there is nothing to write. They become visible as one. */
  readonly steps: readonly ((
    ...newest: Parameters<Planner<Tx, never>>
  ) => Promise<PendingWrites | undefined>)[];
  readonly isAlone: boolean;
}

/** Ten thousand flags take seconds. */
const IMPORT_PATIENCE_MS = 60_000;
const NO_FLAGS: FlagSet = { flags: {}, segments: {} };
/** A failed write is trouble for so long; whether it still is, only the next write can tell, save where reading tells it. */
const WRITE_TROUBLE_MS = 10_000;

/**
 * A store over a journal that other processes may use at the same time. Reads come from memory and never wait;
 * a change is acknowledged when it is durable and in this process's snapshot.
 * @throws StoreUnavailableError
 */
export async function createStore<Tx>({
  journal,
  now,
  seedFlags = NO_FLAGS,
  log = SILENT_LOGGER,
  pollIntervalMs = journal.listen === undefined ? 250 : 2_000,
}: StoreOptions<Tx>): Promise<TransactionalStore<Tx>> {
  const feed = createEmitter<FeedEvent>((error, event) => {
    log.error({ err: error, environment: event.environment }, 'a subscriber to the change feed threw');
  });
  let writeTrouble: { readonly at: number; readonly error: StoreUnavailableError } | undefined;
  let closed = false;

  await seed(journal, seedFlags, isoTime(now()));
  let state = advance(EMPTY_STATE, await journal.load(0)).state;

  const show = (next: Advance): void => {
    state = next.state;
    for (const event of next.events) feed.emit(event);
  };
  const follower = follow({
    journal,
    position: () => state.position,
    onRows: (rows) => show(advance(state, rows)),
    now,
    log,
    pollIntervalMs,
  });
  const listener = journal.listen?.((position) => void (position > state.position && follower.catchUp()));
  await listener?.tried;

  /** Plans each write on what the ones before it leave; all become durable together, and then visible. */
  const writeBatch = async (batch: readonly Write<Tx>[]): Promise<readonly (Commit | undefined)[]> => {
    if (closed) throw new StoreUnavailableError('the store is closed');
    const known = state;
    try {
      const { rows, next, commits } = await journal.commit(known.position, (transaction) =>
        planBatch(known, batch, transaction),
      );
      writeTrouble = undefined;
      // The follower may have read the same rows in the meantime; `advance` passes over what the state has.
      if (state === known) show(next);
      else for (const each of rows) show(advance(state, each));
      return commits;
    } catch (error) {
      if (error instanceof StoreUnavailableError && error.reason !== 'busy') {
        writeTrouble = { at: now(), error };
        log.error({ err: error }, 'a change could not be written');
        void follower.catchUp();
      }
      throw error;
    }
  };

  const planBatch = async (
    known: StoreState,
    batch: readonly Write<Tx>[],
    transaction: JournalTransaction<Tx>,
  ): Promise<{
    readonly rows: readonly Rows[];
    readonly next: Advance;
    readonly commits: readonly (Commit | undefined)[];
  }> => {
    let next = advance(known, transaction.missed);
    let { head } = transaction;
    const commits: (Commit | undefined)[] = [];
    for (const { author, steps } of batch) {
      const at = isoTime(now());
      const built: Commit[] = [];
      let reached = next.state;
      for (const [nth, step] of steps.entries()) {
        if (nth > 0) await turn();
        const pending = await step(reached, at, transaction);
        if (pending === undefined) continue;
        const commit = buildCommit(reached, head, pending, author, at);
        built.push(commit);
        ({ head } = commit);
        if (nth < steps.length - 1) reached = advance(reached, commit).state;
      }
      const [first, ...others] = built;
      const commit = first && mergedCommit([first, ...others]);
      commits.push(commit);
      if (commit === undefined) continue;
      const { state: after, events } = advance(next.state, commit);
      next = { state: after, events: [...next.events, ...events] };
    }
    const [first, ...others] = commits.filter((commit) => commit !== undefined);
    if (first === undefined) return { rows: [transaction.missed], next, commits };
    const commit = mergedCommit([first, ...others]);
    await transaction.write(commit);
    return { rows: [transaction.missed, commit], next, commits };
  };

  const queue = createBatchQueue({ run: writeBatch, isAlone: ({ isAlone }: Write<Tx>) => isAlone });

  const write = async <Answer>(
    author: Author,
    planned: Planner<Tx, Answer>,
    isAlone = false,
  ): Promise<{ readonly answer: Answer } | { readonly commit: Commit }> => {
    let refused: { readonly answer: Answer } | undefined;
    const commit = await queue.add({
      author,
      isAlone,
      steps: [
        async (...newest) => {
          const plan = await planned(...newest);
          refused = 'answer' in plan ? plan : undefined;
          return 'answer' in plan ? undefined : plan;
        },
      ],
    });
    if (commit !== undefined) return { commit };
    if (refused === undefined) throw new Error('a write came to neither a commit nor an answer');
    return refused;
  };

  const carryOut = async (
    author: Author,
    planned: Planner<Tx, ChangeOutcome>,
    isAlone?: boolean,
  ): Promise<ChangeOutcome> => {
    const done = await write(author, planned, isAlone);
    return 'answer' in done ? done.answer : outcomeOf(done.commit);
  };

  const lastTrouble = (): string | undefined => {
    if (follower.trouble() !== undefined) return follower.trouble();
    if (writeTrouble === undefined || now() - writeTrouble.at >= WRITE_TROUBLE_MS) return undefined;
    const { at, error } = writeTrouble;
    const isBack = journal.recoversWithReads && error.reason === 'away' && follower.levelAt() > at;
    return isBack ? undefined : error.message;
  };

  const store: TransactionalStore<Tx> = {
    snapshot: (environment) => environmentState(state, environment)?.snapshot,
    changesSince: (environment, sequence) => changesSince(state, environment, sequence),
    change: (author, change) => carryOut(author, async (newest, at) => planChange(newest, change, at)),
    changeTogether: (author, change, together) =>
      carryOut(
        author,
        async (newest, at, { db }) => {
          const plan = planChange(newest, change, at);
          if ('writes' in plan) await together(db);
          return plan;
        },
        true,
      ),
    update: (author, ref, edit, options) => updateItem(store, author, ref, edit, options),
    importAll: async (author, content) => {
      const steps = importSteps(content).map(
        (step) => async (newest: StoreState, at: string) => step(newest, at),
      );
      await queue.add({ author, isAlone: true, steps }, IMPORT_PATIENCE_MS);
    },
    undo: (author, auditId) =>
      carryOut(author, async (newest, at, transaction) =>
        planUndo(newest, auditId, await transaction.operation(auditId), at),
      ),
    audit: (query = {}) => journal.audit(query),
    verifyAudit: () => journal.verifyAudit(),
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
      const trouble = lastTrouble();
      return {
        ready: trouble === undefined,
        detail:
          trouble === undefined
            ? `flags are kept in ${journal.name}`
            : `${trouble}; flags are answered from memory`,
        feedLagMs: Math.max(0, now() - follower.levelAt()),
      };
    },
    close: async () => {
      closed = true;
      await queue.idle();
      await listener?.close();
      await follower.close();
    },
  };
  return store;
}

/** Once, by whichever process comes first. @param at ISO 8601, UTC */
async function seed<Tx>(journal: Journal<Tx>, flags: FlagSet, at: string): Promise<void> {
  if ((await journal.position()) > 0) return;
  await journal.commit(0, async (transaction) => {
    const { head } = transaction;
    if (head.position === 0)
      await transaction.write(buildCommit(EMPTY_STATE, head, planStart(flags, at), SEED_AUTHOR, at));
  });
}
