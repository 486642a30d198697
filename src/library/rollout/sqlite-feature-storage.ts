import type Database from 'better-sqlite3';
import { toError } from '../../shared/to-error.ts';
import { FeatureStorageError } from './feature-error.ts';
import type { FeatureStorage } from './feature-storage.ts';
import { optionalPackage } from './optional-package.ts';
import { CREATE_TABLE, sqlFeatureStorage } from './sql-feature-storage.ts';

/**
 * Features in the table `rollout_features` of an SQLite file; both are made when they are missing. Any number of
 * processes on one machine may share the file; one that finds it locked blocks for up to five seconds.
 *
 * @throws FeatureStorageError at once, naming the file, when it cannot be opened or is not an SQLite database
 * @example
 * const storage = sqliteFeatureStorage(':memory:');
 * await storage.names(); // → []
 * await storage.close();
 */
export function sqliteFeatureStorage(file: string): FeatureStorage {
  const where = `SQLite ${file}`;
  const database = openDatabase(file, where);
  return sqlFeatureStorage({
    where,
    select: async (sql, values) =>
      Promise.resolve(
        database
          .prepare<string[], string>(sql)
          .pluck()
          .all(...values),
      ),
    run: async (sql, values) => Promise.resolve(database.prepare(sql).run(...values).changes),
    close: async () => {
      database.close();
      return Promise.resolve();
    },
  });
}

function openDatabase(file: string, where: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    const Sqlite = optionalPackage('better-sqlite3');
    database = new Sqlite(file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec(CREATE_TABLE);
    return database;
  } catch (error) {
    database?.close();
    throw new FeatureStorageError(`${where}: ${toError(error).message}`, { cause: error });
  }
}
