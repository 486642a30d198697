import type { MigrationDb } from '../migrations.ts';

export async function createIdempotencyTable(db: MigrationDb): Promise<void> {
  await db.schema
    .createTable('idempotent_requests')
    .addColumn('client', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('answer', 'text')
    .addPrimaryKeyConstraint('idempotent_requests_pk', ['client', 'key'])
    .execute();
  await db.schema
    .createIndex('idempotent_requests_started')
    .on('idempotent_requests')
    .column('started_at')
    .execute();
}
