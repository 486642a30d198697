import { sql } from 'kysely';
import type { DialectName } from '../dialect-name.ts';
import type { MigrationDb } from '../migrations.ts';

/** Sixty-four zeros: what the first entry of the audit chain follows. */
const NO_HASH = '0'.repeat(64);

export async function createStoreTables(db: MigrationDb, dialect: DialectName): Promise<void> {
  await db.schema
    .createTable('store_head')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('audit_id', 'bigint', (column) => column.notNull())
    .addColumn('audit_hash', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into store_head (id, position, audit_id, audit_hash) values (1, 0, 0, ${NO_HASH})`.execute(
    db,
  );

  await db.schema
    .createTable('projects')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('environments')
    .addColumn('project', 'text', (column) => column.notNull().references('projects.key'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('environments_pk', ['project', 'key'])
    .execute();

  await db.schema
    .createTable('items')
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('audit_id', 'bigint', (column) => column.notNull())
    .addColumn('record', 'text')
    .addPrimaryKeyConstraint('items_pk', ['project', 'environment', 'kind', 'key'])
    .addForeignKeyConstraint('items_environment_fk', ['project', 'environment'], 'environments', [
      'project',
      'key',
    ])
    .execute();
  // The feed reads "everything past this position"; two rows can never share one.
  await db.schema.createIndex('items_position').unique().on('items').column('position').execute();

  await db.schema
    .createTable('audit')
    .addColumn('id', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('operation', 'bigint', (column) => column.notNull())
    .addColumn('undoes', 'bigint')
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('audit_item')
    .on('audit')
    .columns(['project', 'environment', 'kind', 'key', 'id'])
    .execute();
  await db.schema.createIndex('audit_operation').on('audit').column('operation').execute();

  await (dialect === 'sqlite' ? guardAuditInSqlite(db) : guardAuditInPostgres(db));
}

async function guardAuditInSqlite(db: MigrationDb): Promise<void> {
  for (const action of ['update', 'delete']) {
    await sql`create trigger ${sql.raw(`audit_no_${action}`)} before ${sql.raw(action)} on audit
      begin select raise(abort, 'the audit log is append-only'); end`.execute(db);
  }
}

async function guardAuditInPostgres(db: MigrationDb): Promise<void> {
  await sql`create function audit_append_only() returns trigger language plpgsql as
    $$ begin raise exception 'the audit log is append-only'; end $$`.execute(db);
  await sql`create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_append_only()`.execute(db);
}
