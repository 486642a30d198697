import { checkedTimeout } from './checked-timeout.ts';
import type { FeatureStorage } from './feature-storage.ts';
import { optionalPackage } from './optional-package.ts';
import { CREATE_TABLE, sqlFeatureStorage } from './sql-feature-storage.ts';

export interface PostgresOptions {
  /** Milliseconds until a connection must be there, a free one of the pool included; at most a day. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds until a query must be answered; its connection is given up then; at most a day. Default 5,000. */
  readonly queryTimeoutMs?: number;
  /** Connections at once, at most. Default 10. */
  readonly maxConnections?: number;
}

/** What is used of a pool of the package `pg`. */
export interface PostgresPool {
  query(query: {
    readonly text: string;
    readonly values: string[];
    readonly rowMode: 'array';
  }): Promise<{ readonly rows: readonly string[][]; readonly rowCount: number | null }>;
  end(): Promise<void>;
}

type Answer = Awaited<ReturnType<PostgresPool['query']>>;

/** The table is created when it is missed, so that a user who may only read does not need the right to create it. */
const UNDEFINED_TABLE = '42P01';
/** Two clients that create the table at once collide in PostgreSQL's catalogue, over rows, tables or types. */
const CREATED_MEANWHILE = new Set(['23505', '42P07', '42710']);

/**
 * Features in the table `rollout_features` of a PostgreSQL database, made when it is missing. A server that is down or
 * silent makes calls reject with a FeatureStorageError within the timeouts (changes of one feature queue); once it is
 * back they work again.
 *
 * @param database `postgres://…`, with user, password and TLS as `pg` reads them; or the program's own pool, which
 * stays open after `close`, and has its own timeouts and 'error' listener (without one a restart of the server would end
 * the program)
 * @param options for the pool that is made for an address
 * @throws FeatureError at once, for an invalid timeout
 */
export function postgresFeatureStorage(
  database: string | PostgresPool,
  options: PostgresOptions = {},
): FeatureStorage {
  const pool = typeof database === 'string' ? poolOn(database, options) : database;
  const query = async (sql: string, values: readonly string[]): Promise<Answer> => {
    let parameters = 0;
    const text = sql.replaceAll('?', () => `$${(parameters += 1)}`);
    const send = (): Promise<Answer> => pool.query({ text, values: [...values], rowMode: 'array' });
    try {
      return await send();
    } catch (error) {
      if (codeOf(error) !== UNDEFINED_TABLE) throw error;
    }
    await createTable(pool);
    return send();
  };
  return sqlFeatureStorage({
    where: 'PostgreSQL',
    select: async (sql, values) => (await query(sql, values)).rows.flat(),
    run: async (sql, values) => (await query(sql, values)).rowCount ?? 0,
    close: async () => {
      if (pool !== database) await pool.end();
    },
  });
}

async function createTable(pool: PostgresPool): Promise<void> {
  try {
    await pool.query({ text: CREATE_TABLE, values: [], rowMode: 'array' });
  } catch (error) {
    if (!CREATED_MEANWHILE.has(codeOf(error))) throw error;
  }
}

function poolOn(url: string, options: PostgresOptions): PostgresPool {
  const { connectTimeoutMs = 5_000, queryTimeoutMs = 5_000, maxConnections = 10 } = options;
  const { Pool } = optionalPackage('pg');
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: checkedTimeout('connectTimeoutMs', connectTimeoutMs),
    query_timeout: checkedTimeout('queryTimeoutMs', queryTimeoutMs),
    max: maxConnections,
  });
  // The pool replaces a broken connection, and the call that used it rejects. Without listeners the error of an idle
  // connection, or of one that breaks twice, would end the program.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
