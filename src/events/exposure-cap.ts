import { sql, type Transaction } from 'kysely';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';

type Db = Transaction<Schema>;

/** What a look at a part of the table tells of all of it. */
interface Sample {
  /** How many rows there are, about. */
  readonly rows: number;
  /** When some of them were last seen, in epoch milliseconds. */
  readonly lastAt: readonly number[];
}

const SAMPLED_ROWS = 1_000;
/** PostgreSQL's pages of 8 KiB, of some 50 rows. */
const SAMPLED_PAGES = 40;
/** A sample is not exact: only what is clearly too much is cut, so that no sweep deletes by chance. */
const TOLERANCE = 1.05;

/**
 * From when on exposures are kept so that about `maxRows` of them are left, those that were last seen the latest; 0: there
 * are not too many. Counting them all would hold up everybody else, so it looks at a sample.
 */
export async function exposuresKeptSince(database: Database, maxRows: number): Promise<number> {
  const { rows, lastAt } = await database.read((db) =>
    database.dialect === 'postgres' ? sampledPages(db) : sampledRows(db),
  );
  if (rows <= maxRows * TOLERANCE) return 0;
  const sorted = lastAt.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * (1 - maxRows / rows))] ?? 0;
}

/** Places at even distances: how many of them are taken tells how many rows there are between the first and the last. */
async function sampledRows(db: Db): Promise<Sample> {
  const { rows: ends } = await sql<{ low: number | null; high: number | null }>`
    select (select min(rowid) from exposures) as low, (select max(rowid) from exposures) as high`.execute(db);
  const { low, high } = ends[0] ?? { low: null, high: null };
  if (low === null || high === null) return { rows: 0, lastAt: [] };
  const span = high - low + 1;
  const probes = Math.min(span, SAMPLED_ROWS);
  const places = Array.from({ length: probes }, (_, nth) => low + Math.floor((nth * span) / probes));
  const { rows } = await sql<{ last_at: number }>`
    select last_at from exposures where rowid in (${sql.join(places)})`.execute(db);
  return { rows: (span * rows.length) / probes, lastAt: rows.map(({ last_at }) => last_at) };
}

async function sampledPages(db: Db): Promise<Sample> {
  const { rows: sizes } = await sql<{ pages: number }>`
    select cast(pg_relation_size('exposures') / current_setting('block_size')::int as integer) as pages`.execute(
    db,
  );
  const pages = sizes[0]?.pages ?? 0;
  if (pages === 0) return { rows: 0, lastAt: [] };
  const share = Math.min(1, SAMPLED_PAGES / pages);
  const { rows } = await sql<{ last_at: number }>`
    select last_at from exposures tablesample system (${share * 100}) repeatable (1)`.execute(db);
  return { rows: rows.length / share, lastAt: rows.map(({ last_at }) => last_at) };
}
