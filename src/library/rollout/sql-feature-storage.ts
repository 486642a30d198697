import Database from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely';
import { Pool } from 'pg';
import { featureFromJson } from './feature.ts';
import { oneAtATime, type FeatureStorage } from './feature-storage.ts';

interface FeatureTables {
  readonly rollout_features: { readonly name: string; readonly feature: string };
}

/** A table `rollout_features` in an SQLite file; made when it is not there. */
export function sqliteFeatureStorage(file: string): FeatureStorage {
  const connection = new Database(file);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  return sqlFeatureStorage(new Kysely({ dialect: new SqliteDialect({ database: connection }) }));
}

/** A table `rollout_features` in a PostgreSQL database; made when it is not there. */
export function postgresFeatureStorage(url: string): FeatureStorage {
  return sqlFeatureStorage(
    new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }) }),
  );
}

/**
 * An update is a compare-and-set on the stored text, tried again when somebody else was faster: it needs no lock
 * that the two databases would spell differently.
 */
function sqlFeatureStorage(kysely: Kysely<FeatureTables>): FeatureStorage {
  const inTurn = oneAtATime();
  let table: Promise<unknown> | undefined;
  const ready = async (): Promise<void> => {
    // Two that make it at once can meet in PostgreSQL's catalogue; then it is there, and a second look sees it.
    table ??= createTable(kysely).catch(() => createTable(kysely));
    try {
      await table;
    } catch (error) {
      table = undefined;
      throw error;
    }
  };
  const textOf = async (name: string): Promise<string | undefined> => {
    await ready();
    const row = await kysely
      .selectFrom('rollout_features')
      .select('feature')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.feature;
  };
  const replace = async (
    name: string,
    old: string | undefined,
    next: string | undefined,
  ): Promise<boolean> => {
    if (old === undefined) {
      if (next === undefined) return true;
      const inserted = await kysely
        .insertInto('rollout_features')
        .values({ name, feature: next })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      return inserted.numInsertedOrUpdatedRows === 1n;
    }
    if (next === undefined) {
      const gone = await kysely
        .deleteFrom('rollout_features')
        .where('name', '=', name)
        .where('feature', '=', old)
        .executeTakeFirst();
      return gone.numDeletedRows === 1n;
    }
    const changed = await kysely
      .updateTable('rollout_features')
      .set({ feature: next })
      .where('name', '=', name)
      .where('feature', '=', old)
      .executeTakeFirst();
    return changed.numUpdatedRows === 1n;
  };

  return {
    get: async (name) => {
      const text = await textOf(name);
      return text === undefined ? undefined : featureFromJson(text);
    },
    update: async (name, change) => {
      await inTurn(async () => {
        for (;;) {
          const old = await textOf(name);
          const next = change(old === undefined ? undefined : featureFromJson(old));
          if (await replace(name, old, next === undefined ? undefined : JSON.stringify(next))) return;
        }
      });
    },
    names: async () => {
      await ready();
      const rows = await kysely.selectFrom('rollout_features').select('name').execute();
      return rows.map((row) => row.name).toSorted();
    },
    close: async () => {
      await inTurn(() => kysely.destroy());
    },
  };
}

async function createTable(kysely: Kysely<FeatureTables>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS rollout_features (name TEXT PRIMARY KEY, feature TEXT NOT NULL)`.execute(
    kysely,
  );
}
