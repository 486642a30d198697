import type { Logger } from '../../shared/logger.ts';
import { PostgresDialect } from 'kysely';
import { Pool, types as parsers, type ClientConfig, type CustomTypesConfig, type PoolConfig } from 'pg';

const STATEMENT_TIMEOUT_MS = 2_000;
const ACQUIRE_TIMEOUT_MS = 1_000;
/** With the one that listens, ten instances have 90 of PostgreSQL's 100, of which three are its own. */
export const DEFAULT_CONNECTIONS = 8;
const INT8_OID = 20;

/** Counters stay far below 2⁵³, so 64-bit integers come as numbers and not as text. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID ? Number : parsers.getTypeParser(oid, format),
};

/** How every connection is made: nothing waits for ever, whatever the server or the network does. */
export function postgresConnection(url: string): ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A black hole answers nothing, not even that the statement took too long.
    query_timeout: STATEMENT_TIMEOUT_MS + 500,
    // A process that stops in the middle of a change must not hold the others.
    idle_in_transaction_session_timeout: 3_000,
    keepAlive: true,
    application_name: 'dj-toggle',
    types,
  };
}

/** For migrations, which wait for each other and may take their time: a single connection that is as patient as they are. */
export function openPatientPostgresDialect(url: string, log: Logger): PostgresDialect {
  return dialectOver({ ...postgresConnection(url), max: 1, statement_timeout: false, query_timeout: 0 }, log);
}

export function openPostgresDialect(
  url: string,
  log: Logger,
  connections: number = DEFAULT_CONNECTIONS,
): PostgresDialect {
  return dialectOver({ ...postgresConnection(url), max: connections }, log);
}

function dialectOver(config: PoolConfig, log: Logger): PostgresDialect {
  const pool = new Pool(config);
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  // Without a listener the loss of a connection in use would end the process; its query fails anyway.
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ err: error }, 'a database connection was lost')),
  );
  return new PostgresDialect({ pool });
}
