import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Database } from '../sql/database.ts';
import type { Schema } from '../sql/schema.ts';

/** How long the rows of one table are kept. */
export interface RetentionRule {
  readonly table: keyof Schema;
  /**
   * The condition of the rows that may go, asked at the beginning of each sweep: `olderThan` for most tables.
   *
   * @param now epoch milliseconds
   */
  readonly expired: (database: Database, now: number) => Promise<RawBuilder<boolean>> | RawBuilder<boolean>;
}

/**
 * Rows whose column is below `now - keptMs`.
 *
 * @param column of epoch milliseconds, or of ISO 8601 in UTC with `as: 'text'`
 * @example olderThan('at', 30 * 86_400_000)
 */
export const olderThan =
  (column: string, keptMs: number, { as = 'number' }: { readonly as?: 'number' | 'text' } = {}) =>
  (_database: Database, now: number): RawBuilder<boolean> => {
    const before = now - keptMs;
    return sql<boolean>`${sql.ref(column)} < ${as === 'number' ? before : new Date(before).toISOString()}`;
  };

/** What one step of a sweep did. */
export interface SweepStep {
  readonly deleted: number;
  /** Where the next step goes on; null: the table is done. */
  readonly next: number | null;
}

const ROWS_PER_STEP = 500;
/** PostgreSQL's pages of 8 KiB: 500 to 1,000 rows. */
const PAGES_PER_STEP = 8;

/**
 * Looks at the next few hundred rows of a table in the order in which they lie, and deletes those that are expired. So
 * no column needs an index for its retention, which every write would pay for, and a step takes milliseconds however
 * large the table is. Where nothing is expired nothing is written.
 *
 * @param from what the step before answered; 0 at first
 */
export async function sweepStep(
  database: Database,
  table: keyof Schema,
  expired: RawBuilder<boolean>,
  from: number,
): Promise<SweepStep> {
  const { places, next } = await database.read((db) =>
    database.dialect === 'postgres'
      ? pagesFrom(db, table, expired, from)
      : rowsFrom(db, table, expired, from),
  );
  if (places.length === 0) return { deleted: 0, next };
  // Asked again: a row may have been written anew in between.
  const isPlace =
    database.dialect === 'postgres' ? sql`ctid = any(${places}::tid[])` : sql`rowid in (${sql.join(places)})`;
  const { numAffectedRows = 0n } = await database.write((db) =>
    sql`delete from ${sql.table(table)} where ${isPlace} and (${expired})`.execute(db),
  );
  return { deleted: Number(numAffectedRows), next };
}

interface Found {
  readonly places: readonly (number | string)[];
  readonly next: number | null;
}

type Db = Transaction<Schema>;

async function rowsFrom(
  db: Db,
  table: keyof Schema,
  expired: RawBuilder<boolean>,
  from: number,
): Promise<Found> {
  const { rows } = await sql<{ place: number; gone: number }>`
    select rowid as place, (${expired}) as gone from ${sql.table(table)}
    where rowid > ${from} order by rowid limit ${ROWS_PER_STEP}`.execute(db);
  const places = rows.filter(({ gone }) => gone === 1).map(({ place }) => place);
  return { places, next: rows.length < ROWS_PER_STEP ? null : (rows.at(-1)?.place ?? null) };
}

/** By pages of the file: https://www.postgresql.org/docs/current/ddl-system-columns.html */
async function pagesFrom(
  db: Db,
  table: keyof Schema,
  expired: RawBuilder<boolean>,
  from: number,
): Promise<Found> {
  const to = from + PAGES_PER_STEP;
  const { rows } = await sql<{ place: string }>`
    select ctid::text as place from ${sql.table(table)}
    where ctid >= ${`(${from},0)`}::tid and ctid < ${`(${to},0)`}::tid and (${expired})`.execute(db);
  const size = await sql<{ pages: number }>`
    select cast(pg_relation_size(${table}) / current_setting('block_size')::int as integer) as pages`.execute(
    db,
  );
  return { places: rows.map(({ place }) => place), next: to < (size.rows[0]?.pages ?? 0) ? to : null };
}
