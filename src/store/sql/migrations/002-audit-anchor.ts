import { sql } from 'kysely';
import type { DialectName } from '../dialect-name.ts';
import type { MigrationDb } from '../migrations.ts';

const NO_HASH = '0'.repeat(64);

/** How far the audit log is archived. Entries up to there may be deleted, save the first, which tells stores apart. */
export async function createAuditAnchor(db: MigrationDb, dialect: DialectName): Promise<void> {
  await db.schema
    .createTable('audit_anchor')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('audit_id', 'bigint', (column) => column.notNull())
    .addColumn('audit_hash', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into audit_anchor (id, audit_id, audit_hash) values (1, 0, ${NO_HASH})`.execute(db);
  if (dialect === 'sqlite') {
    await sql`drop trigger audit_no_delete`.execute(db);
    await sql`create trigger audit_no_delete before delete on audit
      when old.id = 1 or old.id > (select audit_id from audit_anchor)
      begin select raise(abort, 'the audit log is append-only'); end`.execute(db);
    return;
  }
  await sql`drop trigger audit_append_only on audit`.execute(db);
  await sql`create trigger audit_append_only before update or truncate on audit
    for each statement execute function audit_append_only()`.execute(db);
  await sql`create function audit_archived_only() returns trigger language plpgsql as
    $$ begin
      if old.id = 1 or old.id > (select audit_id from audit_anchor) then
        raise exception 'the audit log is append-only';
      end if;
      return old;
    end $$`.execute(db);
  await sql`create trigger audit_archived_only before delete on audit
    for each row execute function audit_archived_only()`.execute(db);
}
