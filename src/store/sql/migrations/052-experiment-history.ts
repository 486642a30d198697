import type { MigrationDb } from '../migrations.ts';

/** What each metric has said of each treatment over time. */
export async function createExperimentHistoryTable(db: MigrationDb): Promise<void> {
  await db.schema
    .createTable('experiment_history')
    .addColumn('experiment_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('metric', 'integer', (column) => column.notNull())
    .addColumn('variation', 'integer', (column) => column.notNull())
    .addColumn('units', 'bigint', (column) => column.notNull())
    .addColumn('effect', 'double precision', (column) => column.notNull())
    .addColumn('lower', 'double precision', (column) => column.notNull())
    .addColumn('upper', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('experiment_history_pk', ['experiment_id', 'at', 'metric', 'variation'])
    .execute();
}
