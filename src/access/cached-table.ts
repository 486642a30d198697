import { coalesce } from '../shared/coalesce.ts';
import type { Logger } from '../shared/logger.ts';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../store/sql/database.ts';
import type { Schema } from '../store/sql/schema.ts';

/** A small table held whole in memory, so that no request waits on the database for it. */
export interface CachedTable<T> {
  /** As it was when last looked at. */
  current(): T;
  /** Looks again, with a query that starts after this call; shared by all who ask at once. Throws StoreUnavailableError. */
  refresh(): Promise<T>;
  /** One write transaction; the copy is replaced before this resolves. Throws StoreUnavailableError. */
  write<R>(work: (db: Transaction<Schema>) => Promise<R>): Promise<R>;
  close(): void;
}

export interface CachedTableOptions<T> {
  readonly database: Database;
  /** Its row in guard_versions, which every write raises. */
  readonly name: 'keys' | 'settings';
  readonly load: (db: Transaction<Schema>) => Promise<T>;
  /** How often to look for what other instances wrote; null: never by itself. */
  readonly pollMs: number | null;
  readonly log: Logger;
}

interface Loaded<T> {
  readonly version: number;
  readonly value: T;
}

/** Loads the copy and keeps it level with the database. Throws StoreUnavailableError. */
export async function createCachedTable<T>({
  database,
  name,
  load,
  pollMs,
  log,
}: CachedTableOptions<T>): Promise<CachedTable<T>> {
  const versionIn = (db: Kysely<Schema>): Promise<{ readonly version: number }> =>
    db.selectFrom('guard_versions').select('version').where('name', '=', name).executeTakeFirstOrThrow();
  const loadIn = async (db: Transaction<Schema>): Promise<Loaded<T>> => {
    const { version } = await versionIn(db);
    return { version, value: await load(db) };
  };
  let held = await database.read(loadIn);
  const install = (loaded: Loaded<T>): void => {
    // A slow read must not put back what a write has replaced meanwhile.
    if (loaded.version >= held.version) held = loaded;
  };

  const refresh = coalesce(async (): Promise<T> => {
    const { version } = await database.query(versionIn);
    if (version !== held.version) install(await database.read(loadIn));
    return held.value;
  });

  let reachable = true;
  const poll = async (): Promise<void> => {
    try {
      await refresh();
      reachable = true;
    } catch (error) {
      if (reachable) log.warn({ err: error, copy: name }, 'cannot look for changes; going on from memory');
      reachable = false;
    }
  };
  const timer = pollMs === null ? undefined : setInterval(() => void poll(), pollMs);
  timer?.unref();

  return {
    current: () => held.value,
    refresh,
    write: async (work) => {
      const { loaded, result } = await database.write(async (db) => {
        // Raised first: this row is the lock behind which writers of two instances queue.
        await db
          .updateTable('guard_versions')
          .set((eb) => ({ version: eb('version', '+', 1) }))
          .where('name', '=', name)
          .execute();
        const outcome = await work(db);
        return { loaded: await loadIn(db), result: outcome };
      });
      install(loaded);
      return result;
    },
    close: () => clearInterval(timer),
  };
}
