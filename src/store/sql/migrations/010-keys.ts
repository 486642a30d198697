import { sql } from 'kysely';
import type { DialectName } from '../dialect-name.ts';
import type { MigrationDb } from '../migrations.ts';

export async function createKeyTables(db: MigrationDb, dialect: DialectName): Promise<void> {
  await db.schema
    .createTable('guard_versions')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into guard_versions (name, version) values ('keys', 0), ('settings', 0)`.execute(db);

  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text')
    .addColumn('project', 'text')
    .addColumn('environment', 'text')
    .addColumn('digest', 'text', (column) => column.notNull().unique())
    .addColumn('prefix', 'text', (column) => column.notNull())
    .addColumn('last4', 'text', (column) => column.notNull())
    .addColumn('long', 'integer', (column) => column.notNull())
    .addColumn('value', 'text')
    .addColumn('configured', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('revoked_at', 'text')
    .addColumn('last_used_at', 'text')
    .addCheckConstraint(
      'api_keys_scope',
      sql`(kind = 'admin' and role is not null and project is null and environment is null)
        or (kind <> 'admin' and role is null and project is not null and environment is not null)`,
    )
    .addCheckConstraint('api_keys_secret', sql`kind = 'client-side-id' or value is null`)
    .execute();

  await db.schema
    .createTable('key_events')
    .$call((table) =>
      dialect === 'sqlite'
        ? table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        : table.addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity()),
    )
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute();
  await (dialect === 'sqlite' ? guardEventsInSqlite(db) : guardEventsInPostgres(db));
}

async function guardEventsInSqlite(db: MigrationDb): Promise<void> {
  for (const action of ['update', 'delete']) {
    await sql`create trigger ${sql.raw(`key_events_no_${action}`)} before ${sql.raw(action)} on key_events
      begin select raise(abort, 'the log of keys is append-only'); end`.execute(db);
  }
}

async function guardEventsInPostgres(db: MigrationDb): Promise<void> {
  await sql`create function key_events_append_only() returns trigger language plpgsql as
    $$ begin raise exception 'the log of keys is append-only'; end $$`.execute(db);
  await sql`create trigger key_events_append_only before update or delete or truncate on key_events
    for each statement execute function key_events_append_only()`.execute(db);
}
