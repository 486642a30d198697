import { Pool, type QueryResult } from 'pg';
import { checkedTimeout } from './checked-timeout.ts';
import { featureStorageIn, type FeatureStorage } from './feature-storage.ts';

export interface PostgresOptions {
  /** Milliseconds until a connection must be there, a free one of the pool included; at most a day. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds until a query must be answered; its connection is given up then; at most a day. Default 5,000. */
  readonly queryTimeoutMs?: number;
  /** Connections at once, at most. Default 10. */
  readonly maxConnections?: number;
}

/** Creating the table is left until it is missed: whoever may only read does not need the right to create it. */
const UNDEFINED_TABLE = '42P01';
/** Two that create it at once can meet in PostgreSQL's catalogue, as rows, tables or types; then it is there. */
const MET_ANOTHER = new Set(['23505', '42P07', '42710']);

/**
 * A table `rollout_features` in a PostgreSQL database; made when it is not there. A server that is away or silent
 * makes calls reject with a FeatureStorageError, at the latest after the timeouts (changes of one feature one after the
 * other); when it is back they work again.
 *
 * @param database `postgres://…`, with user, password and TLS as `pg` reads them; or the program's own pool, which then
 * stays open after `close` and brings its own timeouts and 'error' listener (without one Node.js ends the program when
 * the server restarts)
 * @param options for the pool that is made for an address
 * @throws FeatureError, at once, for a timeout that cannot be one
 */
export function postgresFeatureStorage(
  database: string | Pool,
  options: PostgresOptions = {},
): FeatureStorage {
  const pool = typeof database === 'string' ? poolOn(database, options) : database;

  const createTable = async (): Promise<void> => {
    try {
      await pool.query(
        'CREATE TABLE IF NOT EXISTS rollout_features (name TEXT PRIMARY KEY, feature TEXT NOT NULL)',
      );
    } catch (error) {
      if (!MET_ANOTHER.has(codeOf(error))) throw error;
    }
  };
  const query = async (
    sql: string,
    values: readonly string[],
  ): Promise<QueryResult<{ name: string; feature: string }>> => {
    try {
      return await pool.query(sql, [...values]);
    } catch (error) {
      if (codeOf(error) !== UNDEFINED_TABLE) throw error;
    }
    await createTable();
    return pool.query(sql, [...values]);
  };
  const changesOne = async (sql: string, values: readonly string[]): Promise<boolean> =>
    (await query(sql, values)).rowCount === 1;

  return featureStorageIn({
    where: 'PostgreSQL',
    read: async (name) => {
      const { rows } = await query('SELECT feature FROM rollout_features WHERE name = $1', [name]);
      return rows[0]?.feature;
    },
    replace: async (name, old, next) => {
      if (old === undefined) {
        if (next === undefined) return true;
        return changesOne(
          'INSERT INTO rollout_features (name, feature) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
          [name, next],
        );
      }
      if (next === undefined) {
        return changesOne('DELETE FROM rollout_features WHERE name = $1 AND feature = $2', [name, old]);
      }
      return changesOne('UPDATE rollout_features SET feature = $3 WHERE name = $1 AND feature = $2', [
        name,
        old,
        next,
      ]);
    },
    names: async () => (await query('SELECT name FROM rollout_features', [])).rows.map((row) => row.name),
    close: async () => {
      if (pool !== database) await pool.end();
    },
  });
}

function poolOn(url: string, options: PostgresOptions): Pool {
  const { connectTimeoutMs = 5_000, queryTimeoutMs = 5_000, maxConnections = 10 } = options;
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: checkedTimeout('connectTimeoutMs', connectTimeoutMs),
    query_timeout: checkedTimeout('queryTimeoutMs', queryTimeoutMs),
    max: maxConnections,
  });
  // A connection that breaks is the pool's to replace; the call that used it rejects. Unheard, the event of an idle
  // one, or of one broken twice, would end the program.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
