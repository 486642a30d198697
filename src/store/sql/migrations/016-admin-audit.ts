import { sql } from 'kysely';
import type { DialectName } from '../dialect-name.ts';
import type { MigrationDb } from '../migrations.ts';

const NO_HASH = '0'.repeat(64);

/** A chained log of what operators change beside flags and segments: append-only, with its end beside it. */
export async function createAdminAudit(db: MigrationDb, dialect: DialectName): Promise<void> {
  await db.schema
    .createTable('admin_audit')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('project', 'text')
    .addColumn('environment', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('admin_audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('entry_id', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into admin_audit_head (id, entry_id, hash) values (1, 0, ${NO_HASH})`.execute(db);
  if (dialect === 'sqlite') {
    for (const action of ['update', 'delete']) {
      await sql`create trigger ${sql.raw(`admin_audit_no_${action}`)} before ${sql.raw(action)} on admin_audit
        begin select raise(abort, 'the audit log is append-only'); end`.execute(db);
    }
    return;
  }
  await sql`create trigger admin_audit_append_only before update or delete or truncate on admin_audit
    for each statement execute function audit_append_only()`.execute(db);
}
