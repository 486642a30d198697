import { sql } from 'kysely';
import { createPeriodicTask } from '../../shared/periodic-task.ts';
import type { Database } from './database.ts';

export interface DatabaseClock {
  /** Epoch milliseconds as the database sees them, within the time that a question to it takes; never waits. */
  readonly now: () => number;
  /** Asks the database again. @throws StoreUnavailableError */
  adjust(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export interface DatabaseClockDeps {
  readonly database: Database;
  /** This machine's clock: epoch milliseconds. */
  readonly now: () => number;
  /** Called when the database cannot be asked; the clock goes on with what it knew. */
  readonly onTrouble: (error: unknown) => void;
  /** How often to ask. Default 30 s. */
  readonly everyMs?: number;
}

/**
 * The clock that all instances on one PostgreSQL share, so that leases, claims and expiries mean the same in each although
 * the clocks of their machines differ by minutes. On SQLite it is the machine's own.
 *
 * @throws StoreUnavailableError when the database cannot be asked at the beginning
 */
export async function createDatabaseClock({
  database,
  now,
  onTrouble,
  everyMs = 30_000,
}: DatabaseClockDeps): Promise<DatabaseClock> {
  if (database.dialect === 'sqlite') {
    return { now, adjust: async () => {}, start: () => {}, stop: async () => {} };
  }
  let ahead = 0;
  const adjust = async (): Promise<void> => {
    const before = now();
    const { rows } = await database.query((db) =>
      sql<{ at: number }>`
        select (extract(epoch from clock_timestamp()) * 1000)::double precision as at`.execute(db),
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the database did not tell its time');
    // Read somewhere between question and answer: in the middle, on average.
    ahead = row.at - (before + now()) / 2;
  };
  await adjust();
  const task = createPeriodicTask(() => adjust().catch(onTrouble), everyMs);
  return {
    now: () => Math.round(now() + ahead),
    adjust,
    start: () => task.start(),
    stop: () => task.stop(),
  };
}
