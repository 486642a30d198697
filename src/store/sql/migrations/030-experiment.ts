import type { DialectName } from '../dialect-name.ts';
import type { MigrationDb } from '../migrations.ts';

export async function createExperimentTables(db: MigrationDb, dialect: DialectName): Promise<void> {
  await db.schema
    .createTable('exposures')
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('flag_key', 'text', (column) => column.notNull())
    .addColumn('flag_version', 'bigint', (column) => column.notNull())
    .addColumn('context_kind', 'text', (column) => column.notNull())
    .addColumn('context_key', 'text', (column) => column.notNull())
    .addColumn('variation', 'integer', (column) => column.notNull())
    .addColumn('in_experiment', 'integer', (column) => column.notNull())
    .addColumn('first_at', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addColumn('times', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('exposures_pk', [
      'project',
      'environment',
      'flag_key',
      'context_kind',
      'context_key',
      'flag_version',
      'variation',
    ])
    .execute();

  await db.schema
    .createTable('metric_events')
    .addColumn('id', dialect === 'postgres' ? 'bigserial' : 'integer', (column) => column.primaryKey())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('event_key', 'text', (column) => column.notNull())
    .addColumn('context_kind', 'text', (column) => column.notNull())
    .addColumn('context_key', 'text', (column) => column.notNull())
    .addColumn('value', 'double precision')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('metric_events_of_key')
    .on('metric_events')
    .columns(['project', 'environment', 'event_key', 'at'])
    .execute();

  await db.schema
    .createTable('flag_counters')
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('flag_key', 'text', (column) => column.notNull())
    .addColumn('flag_version', 'bigint', (column) => column.notNull())
    .addColumn('variation', 'integer', (column) => column.notNull())
    .addColumn('minute_at', 'bigint', (column) => column.notNull())
    .addColumn('times', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('flag_counters_pk', [
      'project',
      'environment',
      'flag_key',
      'minute_at',
      'flag_version',
      'variation',
    ])
    .execute();

  await db.schema
    .createTable('event_payloads')
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('payload_id', 'text', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('event_payloads_pk', ['project', 'environment', 'payload_id'])
    .execute();
  await db.schema
    .createIndex('event_payloads_received_at')
    .on('event_payloads')
    .column('received_at')
    .execute();
}
