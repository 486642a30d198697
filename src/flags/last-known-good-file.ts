import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

/** A flag or a segment as its SDK serialized it, or the tombstone of one. */
export interface StoredItem {
  /** The SDK's namespace: `features` or `segments`. */
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  readonly deleted: boolean;
  /** JSON; `null` for a tombstone. */
  readonly json: string | null;
}

export interface StoredFlags {
  /** Epoch milliseconds of the last message that changed anything. */
  readonly receivedAt: number;
  readonly items: readonly StoredItem[];
}

/** What was received, by scope: one project's flags are never another's. Every call may throw what SQLite throws. */
export interface LastKnownGoodFile {
  /** Undefined: nothing was ever received for this scope. Throws `DamagedFileError`. */
  load(scope: string): StoredFlags | undefined;
  replace(scope: string, flags: StoredFlags): void;
  put(scope: string, item: StoredItem, receivedAt: number): void;
  close(): void;
}

/** The file is there, but is not what was written. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}

const SCHEMA_VERSION = 1;
/** Of scopes: an SDK key that was rotated away is forgotten after this many others. */
const KEPT_SCOPES = 8;
/** Writes happen between requests, so a lock held by somebody else may not hold them up for long. */
const LOCK_TIMEOUT_MS = 200;

/** Bytes: SQLite's smallest page. */
const SHORTEST_DATABASE = 512;

const SCHEMA = `
  CREATE TABLE received (
    scope TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE item (
    scope TEXT NOT NULL REFERENCES received (scope) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    json TEXT,
    digest TEXT NOT NULL,
    PRIMARY KEY (scope, kind, key)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

const itemRows = z.array(
  z.object({
    kind: z.string(),
    key: z.string(),
    version: z.number(),
    deleted: z.literal([0, 1]),
    json: z.string().nullable(),
    digest: z.string(),
  }),
);

const receivedRow = z.object({ received_at: z.number() }).optional();

/** SQLite notices a torn page, but not a flipped bit within a value; this does. */
const digestOf = (scope: string, { kind, key, version, deleted, json }: StoredItem): string =>
  createHash('sha256')
    .update(JSON.stringify([scope, kind, key, version, deleted, json]))
    .digest('hex');

/** A short read is a file cut within a page. Other errors of reading and writing may pass, and prove nothing. */
const isDamage = (error: unknown): boolean =>
  error instanceof DamagedFileError ||
  (error instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(error.code));

function prepare(database: Database.Database): void {
  const journalMode = database.pragma('journal_mode = WAL', { simple: true });
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  const synchronous = database.pragma('synchronous', { simple: true });
  if (journalMode !== 'wal' || synchronous !== 2) {
    throw new Error(
      `expected journal_mode wal and synchronous 2, got ${String(journalMode)} and ${String(synchronous)}`,
    );
  }
  const check = database.pragma('quick_check(1)', { simple: true });
  if (check !== 'ok') throw new DamagedFileError(`quick_check says ${String(check)}`);
  const version = database.pragma('user_version', { simple: true });
  if (version === 0) database.transaction(() => database.exec(SCHEMA)).immediate();
  else if (version !== SCHEMA_VERSION) {
    throw new Error(`expected schema version ${SCHEMA_VERSION}, got ${String(version)}`);
  }
}

/** Opens or makes the file, and checks it. Throws `DamagedFileError`, or what SQLite and the file system throw. */
export function openLastKnownGoodFile(path: string): LastKnownGoodFile {
  mkdirSync(dirname(path), { recursive: true });
  const length = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  // SQLite would take such a stump for a new file, and write over it.
  if (length > 0 && length < SHORTEST_DATABASE) throw new DamagedFileError(`${path} has ${length} bytes`);
  const database = new Database(path, { timeout: LOCK_TIMEOUT_MS });
  try {
    prepare(database);
  } catch (error) {
    database.close();
    if (isDamage(error)) throw new DamagedFileError(`${path} is damaged`, { cause: error });
    throw error;
  }

  const touch = database.prepare(
    'INSERT INTO received (scope, received_at) VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET received_at = excluded.received_at',
  );
  const forgetOthers = database.prepare(
    'DELETE FROM received WHERE scope NOT IN (SELECT scope FROM received ORDER BY received_at DESC LIMIT ?)',
  );
  const clear = database.prepare('DELETE FROM item WHERE scope = ?');
  const write = database.prepare(
    `INSERT INTO item (scope, kind, key, version, deleted, json, digest) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (scope, kind, key) DO UPDATE SET
       version = excluded.version, deleted = excluded.deleted, json = excluded.json, digest = excluded.digest`,
  );
  const readReceived = database.prepare('SELECT received_at FROM received WHERE scope = ?');
  const readItems = database.prepare(
    'SELECT kind, key, version, deleted, json, digest FROM item WHERE scope = ?',
  );

  const writeItem = (scope: string, item: StoredItem) =>
    write.run(
      scope,
      item.kind,
      item.key,
      item.version,
      item.deleted ? 1 : 0,
      item.json,
      digestOf(scope, item),
    );

  const load = (scope: string): StoredFlags | undefined => {
    const received = receivedRow.parse(readReceived.get(scope));
    if (received === undefined) return undefined;
    const rows = itemRows.parse(readItems.all(scope));
    const items = rows.map(({ kind, key, version, deleted, json }): StoredItem => ({
      kind,
      key,
      version,
      deleted: deleted === 1,
      json,
    }));
    const damaged = items.find((item, index) => digestOf(scope, item) !== rows[index]?.digest);
    if (damaged !== undefined) throw new DamagedFileError(`${damaged.kind} ${damaged.key} is not as written`);
    return { receivedAt: received.received_at, items };
  };

  return {
    load(scope) {
      try {
        return database.transaction(load)(scope);
      } catch (error) {
        if (isDamage(error)) throw new DamagedFileError(`${path} is damaged`, { cause: error });
        throw error;
      }
    },
    replace: (scope, { items, receivedAt }) =>
      database
        .transaction(() => {
          touch.run(scope, receivedAt);
          clear.run(scope);
          for (const item of items) writeItem(scope, item);
          forgetOthers.run(KEPT_SCOPES);
        })
        .immediate(),
    put: (scope, item, receivedAt) =>
      database
        .transaction(() => {
          touch.run(scope, receivedAt);
          writeItem(scope, item);
        })
        .immediate(),
    close: () => void database.close(),
  };
}

/** Moves a damaged file out of the way, with what SQLite keeps beside it, and says where to. Nothing is deleted. */
export function quarantine(path: string, now: number): string {
  const target = `${path}.damaged-${now}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}
