import type { MigrationDb } from '../migrations.ts';

export async function createScheduleTable(db: MigrationDb): Promise<void> {
  await db.schema
    .createTable('schedules')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('flag', 'text', (column) => column.notNull())
    .addColumn('instruction', 'text', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('comment', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('claim', 'text')
    .addColumn('claim_until', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('result', 'text')
    .addColumn('audit_id', 'bigint')
    .execute();
  // The runner asks for what is due several times a minute; what is over must not cost it anything.
  await db.schema.createIndex('schedules_due').on('schedules').columns(['state', 'due_at', 'id']).execute();
  await db.schema
    .createIndex('schedules_flag')
    .on('schedules')
    .columns(['project', 'environment', 'flag', 'due_at', 'id'])
    .execute();
}
