import { sql } from 'kysely';
import type { MigrationDb } from '../migrations.ts';

export async function createEventRetentionTable(db: MigrationDb): Promise<void> {
  await db.schema
    .createTable('event_retention')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('kept_since', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into event_retention (id, kept_since) values (1, 0)`.execute(db);
}
