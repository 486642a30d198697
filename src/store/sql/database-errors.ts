import { StoreUnavailableError } from '../store.ts';

/** The database was written by a newer program; this one must not touch it. */
export class DatabaseTooNewError extends Error {
  override readonly name = 'DatabaseTooNewError';
}

/** The file is not a database, or is damaged. It is left as it is. */
export class DatabaseCorruptError extends Error {
  override readonly name = 'DatabaseCorruptError';
}

/** The runtime's SQLite is too old, or does not keep what it acknowledges. */
export class DatabaseUnfitError extends Error {
  override readonly name = 'DatabaseUnfitError';
}

/** PostgreSQL's SQLSTATE classes and codes that mean "not now": https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POSTGRES_AWAY = /^(08...|53...|57P0.|57014|55P03|25P03|40001|40P01|58...)$/;
const NETWORK_AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const SQLITE_AWAY = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PROTOCOL|CORRUPT|NOTADB)/;
/** What `pg` says without a code when the connection is gone or does not come. */
const PG_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Postgres connection has been discarded|Cannot use a pool after calling end)/;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Another process holds SQLite's write lock; nothing was begun. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

export function isFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_FULL' || code === '53100' || code === 'ENOSPC';
}

/** The error of a database that is away, busy or full as StoreUnavailableError; any other error as it came. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailableError) return error;
  const code = codeOf(error);
  if (isFull(error)) {
    return new StoreUnavailableError('the disk of the database is full', 5, { cause: error, reason: 'full' });
  }
  if (isBusy(error)) {
    return new StoreUnavailableError('the database is busy', 1, { cause: error, reason: 'busy' });
  }
  const away =
    POSTGRES_AWAY.test(code) ||
    NETWORK_AWAY.has(code) ||
    SQLITE_AWAY.test(code) ||
    PG_MESSAGES.test(error.message) ||
    (error instanceof AggregateError && error.errors.some((inner) => NETWORK_AWAY.has(codeOf(inner))));
  return away
    ? new StoreUnavailableError('the database is away', 1, { cause: error, reason: 'away' })
    : error;
}
