import type { MigrationDb } from '../migrations.ts';

export async function createExperimentAnswersTable(db: MigrationDb): Promise<void> {
  await db.schema
    .createTable('experiment_answers')
    .addColumn('experiment_id', 'text', (column) => column.notNull())
    .addColumn('metric', 'integer', (column) => column.notNull())
    .addColumn('variation', 'integer', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('experiment_answers_pk', ['experiment_id', 'metric', 'variation'])
    .execute();
  await db.schema.alterTable('experiments').addColumn('decided_at', 'bigint').execute();
}
