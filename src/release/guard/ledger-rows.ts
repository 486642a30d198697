import type { Transaction, Updateable } from 'kysely';
import type { TiltScale } from '../../experiment/statistics/e-arm-tilt.ts';
import type { Schema } from '../../store/sql/schema.ts';
import type { ReleaseSeriesTable } from '../../store/sql/tables/release-tables.ts';
import { chunks } from './chunks.ts';
import { listenersOf } from './guard-reading.ts';
import type { Ledger, Series } from './listener-counts.ts';

type Db = Transaction<Schema>;

/** Writes what changed. */
export async function writeLedger(db: Db, releaseId: string, ledger: Ledger): Promise<void> {
  const { treatment, control, newestAt } = ledger.listeners;
  await db
    .updateTable('release_listeners')
    .set({ treatment, control, newest_at: newestAt })
    .where('release_id', '=', releaseId)
    .execute();
  await writeUnits(db, releaseId, ledger);
  for (const each of ledger.series) {
    if (each.changed.size > 0 || each.changedWindows.size > 0) await writeSeries(db, releaseId, each);
  }
}

async function writeUnits(db: Db, releaseId: string, { units, changedUnits }: Ledger): Promise<void> {
  const rows = [...changedUnits].flatMap((unit_key) => {
    const unit = units.get(unit_key);
    if (unit === undefined) return [];
    return [
      {
        release_id: releaseId,
        unit_key,
        arm: Number(unit.arm === 'treatment'),
        stage: unit.stage,
        share: unit.share,
        seen_treatment: Number(unit.seenTreatment),
        seen_control: Number(unit.seenControl),
        at: unit.at,
      },
    ];
  });
  for (const some of chunks(rows)) {
    await db
      .insertInto('release_units')
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(['release_id', 'unit_key']).doUpdateSet((row) => ({
          arm: row.ref('excluded.arm'),
          stage: row.ref('excluded.stage'),
          share: row.ref('excluded.share'),
          seen_treatment: row.ref('excluded.seen_treatment'),
          seen_control: row.ref('excluded.seen_control'),
          at: row.ref('excluded.at'),
        })),
      )
      .execute();
  }
}

async function writeSeries(db: Db, releaseId: string, series: Ledger['series'][number]): Promise<void> {
  await writeCounted(db, releaseId, series);
  await writeWindows(db, releaseId, series);
  await writeTotals(db, releaseId, series.totals);
}

async function writeCounted(
  db: Db,
  releaseId: string,
  { totals: { guard }, counted, changed }: Ledger['series'][number],
): Promise<void> {
  const rows = [...changed].flatMap((unit_key) => {
    const unit = counted.get(unit_key);
    if (unit === undefined) return [];
    const treated = Number(unit.history.kind === 'counted-as-treatment');
    const control_share = unit.history.kind === 'counted-as-control' ? unit.history.share : 0;
    return [{ release_id: releaseId, guard, unit_key, stage: unit.stage, treated, control_share }];
  });
  for (const some of chunks(rows)) {
    await db
      .insertInto('release_series_units')
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(['release_id', 'guard', 'unit_key']).doUpdateSet((row) => ({
          stage: row.ref('excluded.stage'),
          treated: row.ref('excluded.treated'),
          control_share: row.ref('excluded.control_share'),
        })),
      )
      .execute();
  }
}

async function writeWindows(
  db: Db,
  releaseId: string,
  { totals: { guard }, windows, changedWindows }: Ledger['series'][number],
): Promise<void> {
  for (const keys of chunks([...changedWindows])) {
    await db
      .deleteFrom('release_windows')
      .where('release_id', '=', releaseId)
      .where('guard', '=', guard)
      .where('unit_key', 'in', keys)
      .execute();
    const rows = keys.flatMap((unit_key) => {
      const window = windows.get(unit_key);
      if (window === undefined) return [];
      const { arm, probability, closesAt: closes_at, hadEvent } = window;
      return [
        {
          release_id: releaseId,
          guard,
          unit_key,
          arm: Number(arm === 'treatment'),
          probability,
          closes_at,
          had_event: Number(hadEvent),
        },
      ];
    });
    if (rows.length > 0) await db.insertInto('release_windows').values(rows).execute();
  }
}

async function writeTotals(db: Db, releaseId: string, totals: Series): Promise<void> {
  switch (totals.kind) {
    case 'events':
      return writeClasses(db, releaseId, totals);
    case 'values': {
      const { logEPerTilt, treatmentValues: treatment_values, controlValues: control_values } = totals;
      const row = { log_e: JSON.stringify(logEPerTilt), treatment_values, control_values };
      return updateSeries(db, releaseId, totals.guard, row);
    }
    case 'outcomes': {
      const { logE, counts } = totals;
      const { treatment: treatment_values, control: control_values } = listenersOf(counts);
      return updateSeries(db, releaseId, totals.guard, {
        log_e: JSON.stringify([logE]),
        treatment_values,
        control_values,
        treatment_harm: counts.treatmentSuccess,
        control_harm: counts.controlSuccess,
      });
    }
    default:
      return totals satisfies never;
  }
}

async function updateSeries(
  db: Db,
  releaseId: string,
  guard: number,
  row: Updateable<ReleaseSeriesTable>,
): Promise<void> {
  await db
    .updateTable('release_series')
    .set(row)
    .where('release_id', '=', releaseId)
    .where('guard', '=', guard)
    .execute();
}

async function writeClasses(
  db: Db,
  releaseId: string,
  { guard, classes }: Extract<Series, { readonly kind: 'events' }>,
): Promise<void> {
  for (const some of chunks(classes)) {
    await db
      .insertInto('release_series_classes')
      .values(
        some.map((each) => ({
          release_id: releaseId,
          guard,
          share: each.share,
          control_share: each.controlAtShare,
          treatment_events: each.treatmentEvents,
          control_events: each.controlEvents,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['release_id', 'guard', 'share', 'control_share']).doUpdateSet((row) => ({
          treatment_events: row.ref('excluded.treatment_events'),
          control_events: row.ref('excluded.control_events'),
        })),
      )
      .execute();
  }
}

/** Freezes the scale of a series of values. What is counted from now on is put on it. */
export async function writeScale(db: Db, releaseId: string, guard: number, scale: TiltScale): Promise<void> {
  await updateSeries(db, releaseId, guard, { scale: JSON.stringify(scale) });
}
