import type { Transaction } from 'kysely';
import type { TiltScale } from '../../experiment/statistics/e-arm-tilt.ts';
import type { Schema } from '../../store/sql/schema.ts';
import { chunks } from './chunks.ts';
import type { Ledger } from './listener-counts.ts';

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
    if (each.changed.size > 0) await writeSeries(db, releaseId, each);
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

async function writeSeries(
  db: Db,
  releaseId: string,
  { totals, counted, changed }: Ledger['series'][number],
): Promise<void> {
  const { guard } = totals;
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
  if (totals.kind === 'values') {
    const { logEPerTilt, treatmentValues: treatment_values, controlValues: control_values } = totals;
    await db
      .updateTable('release_series')
      .set({ log_e: JSON.stringify(logEPerTilt), treatment_values, control_values })
      .where('release_id', '=', releaseId)
      .where('guard', '=', guard)
      .execute();
    return;
  }
  for (const some of chunks(totals.classes)) {
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
  await db
    .updateTable('release_series')
    .set({ scale: JSON.stringify(scale) })
    .where('release_id', '=', releaseId)
    .where('guard', '=', guard)
    .execute();
}
