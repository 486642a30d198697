import type { MigrationDb } from '../migrations.ts';

/** Listeners with and without an event, for absolute margins, and the metrics that a release started with. */
export async function addReleaseOutcomes(db: MigrationDb): Promise<void> {
  await db.schema
    .alterTable('releases')
    .addColumn('metrics', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  for (const name of ['treatment_harm', 'control_harm']) {
    await db.schema
      .alterTable('release_series')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  }
  await db.schema
    .createTable('release_windows')
    .addColumn('release_id', 'text', (column) => column.notNull())
    .addColumn('guard', 'integer', (column) => column.notNull())
    .addColumn('unit_key', 'text', (column) => column.notNull())
    .addColumn('arm', 'integer', (column) => column.notNull())
    .addColumn('probability', 'double precision', (column) => column.notNull())
    .addColumn('closes_at', 'bigint', (column) => column.notNull())
    .addColumn('had_event', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('release_windows_pk', ['release_id', 'guard', 'unit_key'])
    .execute();
  await db.schema
    .createIndex('release_windows_closing')
    .on('release_windows')
    .columns(['release_id', 'closes_at'])
    .execute();
}
