import { sql } from 'kysely';
import type { MigrationDb } from '../migrations.ts';

export async function createReleaseTables(db: MigrationDb): Promise<void> {
  await db.schema
    .createTable('releases')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('flag', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('held_ms', 'double precision', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('unit_kind', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .execute();
  // Of a rule at most one release is under way, whatever comes at once.
  await sql`create unique index releases_under_way on releases (project, environment, flag, rule) where finished_at is null`.execute(
    db,
  );
  await db.schema.createIndex('releases_created').on('releases').columns(['created_at', 'id']).execute();

  await db.schema
    .createTable('release_decisions')
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('sentence', 'text', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('release_decisions_pk', ['release_id', 'number'])
    .execute();

  await db.schema
    .createTable('release_versions')
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('flag_version', 'bigint', (column) => column.notNull())
    .addColumn('stage', 'integer', (column) => column.notNull())
    .addColumn('share', 'integer')
    .addPrimaryKeyConstraint('release_versions_pk', ['release_id', 'flag_version'])
    .execute();

  await db.schema
    .createTable('release_listeners')
    .addColumn('release_id', 'text', (column) => column.primaryKey())
    .addColumn('treatment', 'bigint', (column) => column.notNull())
    .addColumn('control', 'bigint', (column) => column.notNull())
    .addColumn('newest_at', 'bigint')
    .execute();

  await db.schema
    .createTable('release_units')
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('unit_key', 'text', (column) => column.notNull())
    .addColumn('arm', 'integer', (column) => column.notNull())
    .addColumn('stage', 'integer', (column) => column.notNull())
    .addColumn('share', 'integer', (column) => column.notNull())
    .addColumn('seen_treatment', 'integer', (column) => column.notNull())
    .addColumn('seen_control', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('release_units_pk', ['release_id', 'unit_key'])
    .execute();

  await db.schema
    .createTable('release_series')
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('guard', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('scale', 'text')
    .addColumn('log_e', 'text', (column) => column.notNull())
    .addColumn('treatment_values', 'bigint', (column) => column.notNull())
    .addColumn('control_values', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('release_series_pk', ['release_id', 'guard'])
    .execute();

  await db.schema
    .createTable('release_series_units')
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('guard', 'integer', (column) => column.notNull())
    .addColumn('unit_key', 'text', (column) => column.notNull())
    .addColumn('stage', 'integer', (column) => column.notNull())
    .addColumn('treated', 'integer', (column) => column.notNull())
    .addColumn('control_share', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('release_series_units_pk', ['release_id', 'guard', 'unit_key'])
    .execute();

  await db.schema
    .createTable('release_series_classes')
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('guard', 'integer', (column) => column.notNull())
    .addColumn('share', 'integer', (column) => column.notNull())
    .addColumn('control_share', 'integer', (column) => column.notNull())
    .addColumn('treatment_events', 'bigint', (column) => column.notNull())
    .addColumn('control_events', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('release_series_classes_pk', ['release_id', 'guard', 'share', 'control_share'])
    .execute();

  await db.schema
    .createTable('release_templates')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('course', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('release_lease')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('token', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'double precision', (column) => column.notNull())
    .execute();
  await sql`insert into release_lease (id, token, expires_at) values (1, 0, 0)`.execute(db);
}
