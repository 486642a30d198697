import type { Logger } from '../shared/logger.ts';
import { coalesce } from '../shared/coalesce.ts';
import { toError } from '../shared/to-error.ts';
import type { Journal } from './journal.ts';
import type { Rows } from './state.ts';

export interface FollowerOptions {
  readonly journal: Pick<Journal<unknown>, 'position' | 'load'>;
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

/** Keeps a snapshot level with a database that other processes write to: whenever it is called, and every so often by itself. */
export function follow({ journal, position, onRows, now, log, pollIntervalMs }: FollowerOptions): Follower {
  let levelAt = now();
  let trouble: string | undefined;
  let closed = false;

  /** News that comes while reading may be about what was read already, or not: one more look covers both. */
  const catchUp = coalesce(async (): Promise<void> => {
    if (closed) return;
    try {
      const asked = now();
      if ((await journal.position()) > position()) onRows(await journal.load(position()));
      levelAt = asked;
      if (trouble !== undefined) log.info({}, 'following the database again');
      trouble = undefined;
    } catch (error) {
      if (closed) return;
      if (trouble === undefined) log.warn({ err: error }, 'cannot follow the database');
      trouble = toError(error).message;
    }
  });

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
      await catchUp();
    },
  };
}
