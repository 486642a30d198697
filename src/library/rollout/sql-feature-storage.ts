import { featureStorageIn, type FeatureStorage } from './feature-storage.ts';

export const CREATE_TABLE =
  'CREATE TABLE IF NOT EXISTS rollout_features (name TEXT PRIMARY KEY, feature TEXT NOT NULL)';

/** A database with the table `rollout_features`. Statements have `?` for each value. */
export interface SqlDatabase {
  /** How errors call it. */
  readonly where: string;
  /** The first column of every row. */
  readonly select: (sql: string, values: readonly string[]) => Promise<readonly string[]>;
  /** The number of rows that changed. */
  readonly run: (sql: string, values: readonly string[]) => Promise<number>;
  readonly close: () => Promise<void>;
}

export function sqlFeatureStorage({ where, select, run, close }: SqlDatabase): FeatureStorage {
  const replace = (name: string, old: string | undefined, next: string | undefined): Promise<number> => {
    if (old === undefined) {
      return next === undefined
        ? Promise.resolve(1)
        : run('INSERT INTO rollout_features (name, feature) VALUES (?, ?) ON CONFLICT (name) DO NOTHING', [
            name,
            next,
          ]);
    }
    return next === undefined
      ? run('DELETE FROM rollout_features WHERE name = ? AND feature = ?', [name, old])
      : run('UPDATE rollout_features SET feature = ? WHERE name = ? AND feature = ?', [next, name, old]);
  };
  return featureStorageIn({
    where,
    read: async (name) => (await select('SELECT feature FROM rollout_features WHERE name = ?', [name]))[0],
    replace: async (name, old, next) => (await replace(name, old, next)) === 1,
    names: () => select('SELECT name FROM rollout_features', []),
    close,
  });
}
