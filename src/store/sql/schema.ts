import type { StoreTables } from './tables/store-tables.ts';

/** Every table of the database. A room that adds tables adds `tables/<room>-tables.ts` and its name here. */
export interface Schema extends StoreTables {
  readonly schema_migrations: SchemaMigrationsTable;
}

export interface SchemaMigrationsTable {
  number: number;
  name: string;
  applied_at: string;
}
