import { sql } from 'kysely';
import type { MigrationDb } from '../migrations.ts';

export async function createExperimentRunTables(db: MigrationDb): Promise<void> {
  await db.schema
    .createTable('metric_definitions')
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('metric_definitions_pk', ['project', 'environment', 'key'])
    .execute();

  await db.schema
    .createTable('experiments')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('flag_key', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('design', 'text', (column) => column.notNull())
    .addColumn('metrics', 'text', (column) => column.notNull())
    .addColumn('unit_kind', 'text', (column) => column.notNull())
    .addColumn('seen_audit_id', 'bigint', (column) => column.notNull())
    .addColumn('was_tracked', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('stopped_at', 'bigint')
    .execute();
  // Of a rule at most one experiment runs, whatever comes at once.
  await sql`create unique index experiments_running on experiments (project, environment, flag_key, rule) where status = 'running'`.execute(
    db,
  );

  await db.schema
    .createTable('experiment_phases')
    .addColumn('experiment_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('from_version', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('weights', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('experiment_phases_pk', ['experiment_id', 'number'])
    .execute();

  await db.schema
    .createTable('experiment_exposures')
    .addColumn('experiment_id', 'text', (column) => column.notNull())
    .addColumn('unit_key', 'text', (column) => column.notNull())
    .addColumn('phase', 'integer', (column) => column.notNull())
    .addColumn('variation', 'integer', (column) => column.notNull())
    .addColumn('first_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('experiment_exposures_pk', ['experiment_id', 'unit_key', 'phase', 'variation'])
    .execute();

  await db.schema
    .createTable('experiment_values')
    .addColumn('experiment_id', 'text', (column) => column.notNull())
    .addColumn('unit_key', 'text', (column) => column.notNull())
    .addColumn('metric', 'integer', (column) => column.notNull())
    .addColumn('x', 'double precision', (column) => column.notNull())
    .addColumn('y', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('experiment_values_pk', ['experiment_id', 'unit_key', 'metric'])
    .execute();

  await db.schema
    .createTable('experiment_totals')
    .addColumn('experiment_id', 'text', (column) => column.notNull())
    .addColumn('phase', 'integer', (column) => column.notNull())
    .addColumn('variation', 'integer', (column) => column.notNull())
    .addColumn('metric', 'integer', (column) => column.notNull())
    .addColumn('units', 'bigint', (column) => column.notNull())
    .addColumn('x', 'double precision', (column) => column.notNull())
    .addColumn('y', 'double precision', (column) => column.notNull())
    .addColumn('xx', 'double precision', (column) => column.notNull())
    .addColumn('yy', 'double precision', (column) => column.notNull())
    .addColumn('xy', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('experiment_totals_pk', ['experiment_id', 'phase', 'variation', 'metric'])
    .execute();

  // A late exposure counts what its unit did since; that must not read everybody's events.
  await db.schema
    .createIndex('metric_events_of_context')
    .on('metric_events')
    .columns(['context_key', 'event_key', 'at'])
    .execute();
}
