import type { ExperimentRunTables } from './tables/experiment-run-tables.ts';
import type { ExperimentTables } from './tables/experiment-tables.ts';
import type { GuardTables } from './tables/guard-tables.ts';
import type { ReleaseTables } from './tables/release-tables.ts';
import type { ScheduleTables } from './tables/schedule-tables.ts';
import type { StoreTables } from './tables/store-tables.ts';
import type { WebhookTables } from './tables/webhook-tables.ts';

/** Every table of the database. A part that adds tables adds `tables/<part>-tables.ts` and its name here. */
export interface Schema
  extends
    StoreTables,
    GuardTables,
    ExperimentTables,
    ExperimentRunTables,
    ScheduleTables,
    ReleaseTables,
    WebhookTables {
  readonly schema_migrations: SchemaMigrationsTable;
  /** Numbers of migrations that older programs need not know. */
  readonly schema_additions: { number: number };
}

export interface SchemaMigrationsTable {
  number: number;
  name: string;
  applied_at: string;
}
