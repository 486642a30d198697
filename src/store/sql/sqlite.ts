import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { CompiledQuery, type Driver, SqliteDialect } from 'kysely';
import { DatabaseCorruptError, DatabaseUnfitError } from './database-errors.ts';

/** Below it a reset of the write-ahead log can corrupt the file: https://sqlite.org/wal.html#walresetbug */
const OLDEST_SQLITE = [3, 51, 3] as const;
/** While it opens the file, a process has nothing else to do. */
const OPENING_TIMEOUT_MS = 100;
/** Waiting for the lock stops the whole process, and many may wait; patience is asynchronous (see `database.ts`). */
const BUSY_TIMEOUT_MS = 5;
const SYNCHRONOUS_FULL = 2;

/**
 * Opens or makes the file, durable: acknowledged commits survive a loss of power.
 * Throws DatabaseCorruptError, having written nothing, when the file is damaged.
 */
export function openSqliteFile(file: string): SqliteFile.Database {
  const inMemory = file === ':memory:';
  if (!inMemory) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file) && statSync(file).size > 0) assertIntact(file);
    // Digests of keys, and secrets that sign cookies: for the owner alone. SQLite gives its log the same mode.
    closeSync(openSync(file, 'a', 0o600));
  }
  const connection = new SqliteFile(file, { timeout: OPENING_TIMEOUT_MS });
  try {
    assertNewEnough(connection);
    if (!inMemory) connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // better-sqlite3 is compiled with NORMAL for WAL, which may lose acknowledged commits; never take it on trust.
    if (connection.pragma('synchronous', { simple: true }) !== SYNCHRONOUS_FULL) {
      throw new DatabaseUnfitError(`${file}: SQLite does not accept synchronous=FULL`);
    }
    connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Looks through a read-only connection: a writable one would fold the log into the damaged file when it closes. */
function assertIntact(file: string): void {
  let verdict: unknown;
  try {
    const connection = new SqliteFile(file, { readonly: true, timeout: OPENING_TIMEOUT_MS });
    try {
      verdict = connection.pragma('quick_check(1)', { simple: true });
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof SqliteFile.SqliteError) || !/^SQLITE_(CORRUPT|NOTADB)/.test(error.code))
      throw error;
    throw new DatabaseCorruptError(corruptMessage(file, error.message), { cause: error });
  }
  if (verdict !== 'ok') throw new DatabaseCorruptError(corruptMessage(file, String(verdict)));
}

const corruptMessage = (file: string, finding: string): string =>
  `${file} is damaged (${finding.replaceAll(/\s+/g, ' ')}); it was left as it is: move it away or put back a backup`;

function assertNewEnough(connection: SqliteFile.Database): void {
  const version = String(connection.prepare('select sqlite_version()').pluck().get());
  const numbers = version.split('.').map(Number);
  const difference = OLDEST_SQLITE.map((oldest, place) => (numbers[place] ?? 0) - oldest).find(
    (step) => step !== 0,
  );
  if ((difference ?? 0) < 0) {
    throw new DatabaseUnfitError(`SQLite ${OLDEST_SQLITE.join('.')} or newer is needed, this is ${version}`);
  }
}

/** Kysely's dialect, save that a transaction takes the write lock at once: no deadlock when a read turns into a write. */
export class ImmediateSqliteDialect extends SqliteDialect {
  readonly #connection: SqliteFile.Database;

  constructor(connection: SqliteFile.Database) {
    super({ database: connection });
    this.#connection = connection;
  }

  override createDriver(): Driver {
    const connection = this.#connection;
    const driver = super.createDriver();
    driver.beginTransaction = async (via, settings) => {
      await via.executeQuery(
        CompiledQuery.raw(settings.accessMode === 'read only' ? 'begin' : 'begin immediate'),
      );
    };
    const rollback = driver.rollbackTransaction.bind(driver);
    // A full disk rolls back by itself; a second rollback would fail and hide why.
    driver.rollbackTransaction = async (via) => {
      if (connection.inTransaction) await rollback(via);
    };
    return driver;
  }
}
