import Database from 'better-sqlite3';
import { toError } from '../../shared/to-error.ts';
import { FeatureStorageError } from './feature-error.ts';
import { featureStorageIn, type FeatureStorage } from './feature-storage.ts';

/**
 * A table `rollout_features` in an SQLite file; file and table are made when they are not there. Any number of
 * processes on one machine may use it; one that finds it locked stands still for up to five seconds.
 * @throws FeatureStorageError, at once, when the file cannot be opened or is not SQLite's; the message names it.
 */
export function sqliteFeatureStorage(file: string): FeatureStorage {
  const where = `SQLite ${file}`;
  const connection = opened(file, where);
  const select = connection.prepare<[string], string>('SELECT feature FROM rollout_features WHERE name = ?');
  const insert = connection.prepare<[string, string]>(
    'INSERT INTO rollout_features (name, feature) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
  );
  const update = connection.prepare<[string, string, string]>(
    'UPDATE rollout_features SET feature = ? WHERE name = ? AND feature = ?',
  );
  const remove = connection.prepare<[string, string]>(
    'DELETE FROM rollout_features WHERE name = ? AND feature = ?',
  );
  const names = connection.prepare<[], string>('SELECT name FROM rollout_features');

  const replace = (name: string, old: string | undefined, next: string | undefined): boolean => {
    if (old === undefined) return next === undefined || insert.run(name, next).changes === 1;
    return (next === undefined ? remove.run(name, old) : update.run(next, name, old)).changes === 1;
  };
  return featureStorageIn({
    where,
    read: async (name) => Promise.resolve(select.pluck().get(name)),
    replace: async (name, old, next) => Promise.resolve(replace(name, old, next)),
    names: async () => Promise.resolve(names.pluck().all()),
    close: async () => {
      connection.close();
      return Promise.resolve();
    },
  });
}

function opened(file: string, where: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(file);
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.exec(
      'CREATE TABLE IF NOT EXISTS rollout_features (name TEXT PRIMARY KEY, feature TEXT NOT NULL)',
    );
    return connection;
  } catch (error) {
    connection?.close();
    throw new FeatureStorageError(`${where}: ${toError(error).message}`, {
      cause: error,
    });
  }
}
