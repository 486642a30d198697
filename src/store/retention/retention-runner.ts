import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../sql/database.ts';
import { StoreUnavailableError } from '../store.ts';
import { type RetentionRule, sweepStep } from './sweep.ts';

export interface RetentionRunnerDeps {
  readonly database: Database;
  /** Each in its turn. */
  readonly rules: readonly RetentionRule[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: { error(fields: object, message: string): void; info(fields: object, message: string): void };
  /** How often to sweep. Default a minute. */
  readonly everyMs?: number;
  /** How many steps of a few hundred rows a table gets in one sweep. Default 500. */
  readonly stepsPerSweep?: number;
  /** Between two steps everybody else has the database. Default 50 ms. */
  readonly pauseMs?: number;
}

export interface RetentionRunner {
  /** Looks at a part of each table, and resolves with how many rows it deleted. Never rejects. */
  sweep(): Promise<number>;
  start(): void;
  /** Finishes the step that is under way. */
  stop(): Promise<void>;
}

/**
 * Deletes what is older than the rules keep, bit by bit: a sweep goes on where the last one stopped, and is over after
 * `stepsPerSweep` steps of each table. Several instances may do it at once; they find less.
 */
export function createRetentionRunner({
  database,
  rules,
  now,
  log,
  everyMs = 60_000,
  stepsPerSweep = 500,
  pauseMs = 50,
}: RetentionRunnerDeps): RetentionRunner {
  const places = new Map<RetentionRule, number>();
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<number> | undefined;
  let stopping = new AbortController();

  const sweepTable = async (rule: RetentionRule): Promise<number> => {
    const expired = await rule.expired(database, now());
    let deleted = 0;
    for (let step = 0; step < stepsPerSweep && !stopping.signal.aborted; step += 1) {
      const done = await sweepStep(database, rule.table, expired, places.get(rule) ?? 0);
      deleted += done.deleted;
      places.set(rule, done.next ?? 0);
      if (done.next === null) break;
      await wait(pauseMs);
    }
    if (deleted > 0) log.info({ table: rule.table, rows: deleted }, 'old rows were deleted');
    return deleted;
  };

  const sweepAll = async (): Promise<number> => {
    let deleted = 0;
    for (const rule of rules) {
      try {
        deleted += await sweepTable(rule);
      } catch (error) {
        // The database is away; the next sweep goes on.
        if (!(error instanceof StoreUnavailableError)) {
          log.error({ err: error, table: rule.table }, 'old rows could not be deleted; tried again later');
        }
      }
    }
    return deleted;
  };

  const runner: RetentionRunner = {
    sweep() {
      sweeping ??= sweepAll().finally(() => {
        sweeping = undefined;
      });
      return sweeping;
    },
    start() {
      stopping = new AbortController();
      timer ??= setInterval(() => void runner.sweep(), everyMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      stopping.abort();
      await sweeping;
    },
  };
  return runner;
}
