import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../../store/sql/database.ts';
import type { Schema } from '../../store/sql/schema.ts';

/** Of several instances one carries releases out. */
export interface Lease {
  /** Takes the lease, or keeps it; false: another instance has it. Cheap while it is fresh. */
  hold(): Promise<boolean>;
  /**
   * For the transaction of every write that the lease allows: of a holder that slept, nothing becomes durable.
   * @throws LeaseLostError when somebody else has taken it
   */
  check(db: Transaction<Schema>): Promise<void>;
  /** Lets another instance take it at once. */
  release(): Promise<void>;
}

export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface LeaseDeps {
  readonly database: Database;
  /** Milliseconds, by a clock that does not jump. */
  readonly clock: () => number;
  /** Default 2,500: a holder that died is followed within that and one look. */
  readonly leaseMs?: number;
}

/**
 * A lease by the database's clock, so that the clocks of instances need not agree. Its token rises with every holder
 * and is checked inside the transaction that it allows.
 */
export function createLease({ database, clock, leaseMs = 2_500 }: LeaseDeps): Lease {
  let token: number | undefined;
  let keptAt = -Infinity;
  const time = databaseTime(database);

  const keep = (mine: number): Promise<boolean> =>
    database.write(async (db) => {
      const kept = await db
        .updateTable('release_lease')
        .set({ expires_at: sql<number>`${time} + ${leaseMs}` })
        .where('id', '=', 1)
        .where('token', '=', mine)
        .executeTakeFirst();
      return kept.numUpdatedRows > 0n;
    });

  const take = (): Promise<number | undefined> =>
    database.write(async (db) => {
      const taken = await db
        .updateTable('release_lease')
        .set({ token: sql<number>`token + 1`, expires_at: sql<number>`${time} + ${leaseMs}` })
        .where('id', '=', 1)
        // Further away than a lease lasts: the clock was set back since.
        .where(sql<boolean>`(expires_at <= ${time} or expires_at > ${time} + ${leaseMs})`)
        .returning('token')
        .executeTakeFirst();
      return taken?.token;
    });

  const isFree = async (): Promise<boolean> => {
    const row = await database.read((db) =>
      db
        .selectFrom('release_lease')
        .select('token')
        .where(sql<boolean>`(expires_at <= ${time} or expires_at > ${time} + ${leaseMs})`)
        .executeTakeFirst(),
    );
    return row !== undefined;
  };

  return {
    async hold() {
      const before = clock();
      if (token !== undefined && before - keptAt < leaseMs / 3) return true;
      if (token === undefined || !(await keep(token))) {
        // Asked first by reading, since those who wait ask often.
        token = (await isFree()) ? await take() : undefined;
      }
      if (token !== undefined) keptAt = before;
      return token !== undefined;
    },

    async check(db) {
      let query = db.selectFrom('release_lease').select('token').where('id', '=', 1);
      // No other instance takes it over between this look and the end of the transaction.
      if (database.dialect === 'postgres') query = query.forShare();
      const row = await query.executeTakeFirst();
      if (token === undefined || row?.token !== token) throw new LeaseLostError();
    },

    async release() {
      if (token === undefined) return;
      const mine = token;
      token = undefined;
      await database.write((db) =>
        db.updateTable('release_lease').set({ expires_at: 0 }).where('token', '=', mine).execute(),
      );
    },
  };
}

/** Milliseconds since the epoch, as the database sees them. */
const databaseTime = ({ dialect }: Database): RawBuilder<number> =>
  dialect === 'postgres'
    ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::double precision`
    : sql<number>`(unixepoch('subsec') * 1000)`;
