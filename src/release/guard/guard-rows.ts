import type { Transaction } from 'kysely';
import { z } from 'zod';
import { startTilt, TILTS, type TiltScale } from '../../experiment/statistics/e-arm-tilt.ts';
import type { ListenerHistory } from '../../experiment/statistics/guard/assignment-probability.ts';
import type { Schema } from '../../store/sql/schema.ts';
import { chunks } from './chunks.ts';
import type { Guard } from '../plan/release-plan.ts';
import type { OutcomeWindow } from './outcome-windows.ts';
import type { GuardReadings, SeriesTotals } from './guard-reading.ts';
import type { Counted, Ledger, Series, ServedVersion, Unit } from './listener-counts.ts';

type Db = Transaction<Schema>;

const scaleSchema: z.ZodType<TiltScale> = z.object({
  cap: z.number(),
  centre: z.number(),
  scale: z.number(),
});
const logESchema = z.array(z.number());

/** The evidence before the first listener, by kind of series. */
const START = { events: [], values: TILTS.map(() => 0), outcomes: [0] } as const;

/** The rows that a release counts into, all at nothing. */
export async function insertGuardRows(db: Db, releaseId: string, guards: readonly Guard[]): Promise<void> {
  await db
    .insertInto('release_listeners')
    .values({ release_id: releaseId, treatment: 0, control: 0, newest_at: null })
    .execute();
  for (const [guard, { margin, metric }] of guards.entries()) {
    const kind = margin.kind === 'absolute' ? 'outcomes' : metric.watches;
    await db
      .insertInto('release_series')
      .values({
        release_id: releaseId,
        guard,
        kind,
        scale: null,
        log_e: JSON.stringify(START[kind]),
        treatment_values: 0,
        control_values: 0,
        treatment_harm: 0,
        control_harm: 0,
      })
      .execute();
  }
}

/** From the flag's version on, listeners are served this stage, whatever was thought of later versions. */
export async function insertServedVersion(
  db: Db,
  releaseId: string,
  { flagVersion, stage, share }: ServedVersion,
): Promise<void> {
  await db
    .deleteFrom('release_versions')
    .where('release_id', '=', releaseId)
    .where('flag_version', '>=', flagVersion)
    .execute();
  await db
    .insertInto('release_versions')
    .values({ release_id: releaseId, flag_version: flagVersion, stage, share })
    .execute();
}

export async function readServedVersions(db: Db, releaseId: string): Promise<readonly ServedVersion[]> {
  const rows = await db
    .selectFrom('release_versions')
    .select(['flag_version', 'stage', 'share'])
    .where('release_id', '=', releaseId)
    .orderBy('flag_version')
    .execute();
  return rows.map(({ flag_version: flagVersion, stage, share }) => ({ flagVersion, stage, share }));
}

async function readListeners(db: Db, releaseId: string): Promise<Ledger['listeners']> {
  const row = await db
    .selectFrom('release_listeners')
    .selectAll()
    .where('release_id', '=', releaseId)
    .executeTakeFirst();
  return { treatment: row?.treatment ?? 0, control: row?.control ?? 0, newestAt: row?.newest_at ?? null };
}

async function readSeries(db: Db, releaseId: string): Promise<readonly Series[]> {
  const rows = await db
    .selectFrom('release_series')
    .selectAll()
    .where('release_id', '=', releaseId)
    .orderBy('guard')
    .execute();
  const classes = await db
    .selectFrom('release_series_classes')
    .selectAll()
    .where('release_id', '=', releaseId)
    .orderBy('share')
    .orderBy('control_share')
    .execute();
  return rows.map((row): Series => {
    if (row.kind === 'events') {
      const own = classes.filter(({ guard }) => guard === row.guard);
      return {
        kind: 'events',
        guard: row.guard,
        classes: own.map((each) => ({
          share: each.share,
          controlAtShare: each.control_share,
          treatmentEvents: each.treatment_events,
          controlEvents: each.control_events,
        })),
      };
    }
    if (row.kind === 'outcomes') {
      const [logE = 0] = logESchema.parse(JSON.parse(row.log_e));
      const counts = {
        controlSuccess: row.control_harm,
        controlFailure: row.control_values - row.control_harm,
        treatmentSuccess: row.treatment_harm,
        treatmentFailure: row.treatment_values - row.treatment_harm,
      };
      return { kind: 'outcomes', guard: row.guard, logE, counts };
    }
    const scale = row.scale === null ? null : scaleSchema.parse(JSON.parse(row.scale));
    return {
      kind: 'values',
      guard: row.guard,
      scale,
      logEPerTilt:
        scale === null ? startTilt({ cap: 0, centre: 0, scale: 1 }) : logESchema.parse(JSON.parse(row.log_e)),
      treatmentValues: row.treatment_values,
      controlValues: row.control_values,
    };
  });
}

/** What the guards of a release see now. */
export async function readGuards(db: Db, releaseId: string, guards: number): Promise<GuardReadings> {
  const { newestAt, ...listeners } = await readListeners(db, releaseId);
  const series = guards === 0 ? [] : await readSeries(db, releaseId);
  return {
    listeners,
    newestAt,
    guards: series.map(({ guard: _guard, ...totals }): SeriesTotals => totals),
  };
}

/**
 * Everything that events of these listeners may change, and the listeners whose time is over at `at` (epoch
 * milliseconds). The caller has locked the release.
 */
export async function readLedger(
  db: Db,
  releaseId: string,
  unitKeys: readonly string[],
  at: number,
): Promise<Ledger> {
  const units = new Map<string, Unit>();
  const counted = new Map<number, Map<string, Counted>>();
  for (const keys of chunks(unitKeys)) {
    const unitRows = await db
      .selectFrom('release_units')
      .selectAll()
      .where('release_id', '=', releaseId)
      .where('unit_key', 'in', keys)
      .execute();
    for (const row of unitRows) {
      units.set(row.unit_key, {
        arm: row.arm === 1 ? 'treatment' : 'control',
        stage: row.stage,
        share: row.share,
        seenTreatment: row.seen_treatment === 1,
        seenControl: row.seen_control === 1,
        at: row.at,
      });
    }
    const countedRows = await db
      .selectFrom('release_series_units')
      .selectAll()
      .where('release_id', '=', releaseId)
      .where('unit_key', 'in', keys)
      .execute();
    for (const { guard, unit_key, stage, treated, control_share } of countedRows) {
      const history = historyOf(treated, control_share);
      ofGuard(counted, guard).set(unit_key, { stage, history });
    }
  }
  const series = await readSeries(db, releaseId);
  const windows = series.some(({ kind }) => kind === 'outcomes')
    ? await readWindows(db, releaseId, unitKeys, at)
    : new Map<number, Map<string, OutcomeWindow>>();
  return {
    units,
    series: series.map((totals) => ({
      totals,
      counted: ofGuard(counted, totals.guard),
      changed: new Set<string>(),
      windows: ofGuard(windows, totals.guard),
      changedWindows: new Set<string>(),
    })),
    listeners: await readListeners(db, releaseId),
    changedUnits: new Set(),
  };
}

async function readWindows(
  db: Db,
  releaseId: string,
  unitKeys: readonly string[],
  at: number,
): Promise<Map<number, Map<string, OutcomeWindow>>> {
  const windows = new Map<number, Map<string, OutcomeWindow>>();
  const open = db.selectFrom('release_windows').selectAll().where('release_id', '=', releaseId);
  const found = [await open.where('closes_at', '<=', at).execute()];
  for (const keys of chunks(unitKeys)) found.push(await open.where('unit_key', 'in', keys).execute());
  for (const row of found.flat()) {
    ofGuard(windows, row.guard).set(row.unit_key, {
      arm: row.arm === 1 ? 'treatment' : 'control',
      probability: row.probability,
      closesAt: row.closes_at,
      hadEvent: row.had_event === 1,
    });
  }
  return windows;
}

function ofGuard<T>(all: Map<number, Map<string, T>>, guard: number): Map<string, T> {
  const own = all.get(guard) ?? new Map<string, T>();
  all.set(guard, own);
  return own;
}

const historyOf = (treated: number, controlShare: number): ListenerHistory =>
  treated === 1
    ? { kind: 'counted-as-treatment' }
    : controlShare > 0
      ? { kind: 'counted-as-control', share: controlShare }
      : { kind: 'never-counted' };
