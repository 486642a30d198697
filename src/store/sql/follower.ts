import type { Logger } from '../../shared/logger.ts';
import type { Rows } from '../state.ts';
import type { Database } from './database.ts';
import { asStoreError } from './database-errors.ts';
import { readHead, readRows } from './store-rows.ts';

export interface FollowerOptions {
  readonly database: Database;
  /** How far the snapshot has come. */
  readonly position: () => number;
  /** Rows that are past the position and complete up to the last of them. */
  readonly onRows: (rows: Rows) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
  readonly pollIntervalMs: number;
}

export interface Follower {
  /** Reads what is missing; resolves when it is in the snapshot, or when the database did not answer. */
  catchUp(): Promise<void>;
  /** What keeps the snapshot from being level, if anything does. */
  trouble(): string | undefined;
  /** Epoch milliseconds at which the snapshot was last known to be level with the database. */
  levelAt(): number;
  close(): Promise<void>;
}

/** Keeps a snapshot level with a database that other processes write to: whenever it is told to, and every so often by itself. */
export function follow({ database, position, onRows, now, log, pollIntervalMs }: FollowerOptions): Follower {
  let levelAt = now();
  let trouble: string | undefined;
  let closed = false;
  let running: Promise<void> | undefined;
  let again = false;

  const readOnce = async (): Promise<void> => {
    const asked = now();
    const head = await readHead(database.kysely);
    if (head.position > position()) {
      onRows(await database.read((db) => readRows(db, position())));
    }
    levelAt = asked;
  };

  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await readOnce();
        if (trouble !== undefined) log.info({}, 'following the database again');
        trouble = undefined;
      } catch (error) {
        if (closed) return;
        const reason = asStoreError(error);
        if (trouble === undefined) log.warn({ err: reason }, 'cannot follow the database');
        trouble = reason instanceof Error ? reason.message : String(reason);
        return;
      }
    } while (again);
  };

  /** News that comes while reading may be about what was read already, or not: one more look covers both. */
  const catchUp = (): Promise<void> => {
    if (closed) return Promise.resolve();
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = run().finally(() => (running = undefined));
    return running;
  };

  let timer: NodeJS.Timeout | undefined;
  const pollLater = (): void => {
    timer = setTimeout(() => {
      void catchUp().finally(() => {
        if (!closed) pollLater();
      });
    }, pollIntervalMs).unref();
  };
  pollLater();

  return {
    catchUp,
    trouble: () => trouble,
    levelAt: () => levelAt,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
