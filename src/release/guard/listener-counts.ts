import { type TiltScale, addTiltValue } from '../../experiment/statistics/e-arm-tilt.ts';
import {
  assignmentProbability,
  historyAfter,
  type ListenerHistory,
} from '../../experiment/statistics/guard/assignment-probability.ts';
import { countGuardEvent } from '../../experiment/statistics/guard/guard-events.ts';
import type { ShareClassCounts } from '../../experiment/statistics/guard/share-class.ts';
import type { OutcomeCounts } from '../../experiment/statistics/outcome-counts.ts';
import type { Guard } from '../plan/release-plan.ts';
import type { GuardMetric } from './guard-metric.ts';
import { closeWindow, type OutcomeWindow, openWindow } from './outcome-windows.ts';
import type { Happened, RelevantEvent, ServedEvent } from './relevant-events.ts';

/** From this version of the flag on, listeners were served this stage; a null share was not the release's. */
export interface ServedVersion {
  readonly flagVersion: number;
  readonly stage: number;
  readonly share: number | null;
}

/** What a listener was served last, and in which arms the release has seen them. */
export interface Unit {
  readonly arm: 'control' | 'treatment';
  readonly stage: number;
  readonly share: number;
  readonly seenTreatment: boolean;
  readonly seenControl: boolean;
  readonly at: number;
}

/** What a series has counted of one listener. */
export interface Counted {
  /** The last stage; a listener counts once per stage. */
  readonly stage: number;
  readonly history: ListenerHistory;
}

export type Series =
  | { readonly kind: 'events'; readonly guard: number; classes: readonly ShareClassCounts[] }
  | {
      readonly kind: 'values';
      readonly guard: number;
      readonly scale: TiltScale | null;
      logEPerTilt: readonly number[];
      treatmentValues: number;
      controlValues: number;
    }
  | { readonly kind: 'outcomes'; readonly guard: number; logE: number; counts: OutcomeCounts };

/** The rows of one release that a batch of events changes; what was changed is written back. */
export interface Ledger {
  readonly units: Map<string, Unit>;
  readonly series: readonly {
    readonly totals: Series;
    readonly counted: Map<string, Counted>;
    readonly changed: Set<string>;
    /** Of `outcomes`: those of the batch's listeners, and those whose time is over. */
    readonly windows: Map<string, OutcomeWindow>;
    readonly changedWindows: Set<string>;
  }[];
  readonly listeners: { treatment: number; control: number; newestAt: number | null };
  readonly changedUnits: Set<string>;
}

/** Counts events, in their order. Pure but for the ledger. */
export function countInto(
  ledger: Ledger,
  events: readonly RelevantEvent[],
  versions: readonly ServedVersion[],
  guards: readonly Guard[],
): void {
  for (const event of events) {
    if (event.kind === 'served') countServed(ledger, event, versions, guards);
    else countHappened(ledger, event, guards);
  }
}

function countServed(
  { units, changedUnits, listeners, series }: Ledger,
  event: ServedEvent,
  versions: readonly ServedVersion[],
  guards: readonly Guard[],
): void {
  const version = versions.findLast(({ flagVersion }) => flagVersion <= event.flagVersion);
  if (version === undefined || version.share === null) return;
  const before = units.get(event.unit);
  listeners.newestAt = Math.max(listeners.newestAt ?? event.at, event.at);
  const isTreatment = event.arm === 'treatment';
  const after: Unit = {
    arm: event.arm,
    stage: version.stage,
    share: version.share,
    seenTreatment: isTreatment || (before?.seenTreatment ?? false),
    seenControl: !isTreatment || (before?.seenControl ?? false),
    at: event.at,
  };
  if (after.seenTreatment && before?.seenTreatment !== true) listeners.treatment += 1;
  if (after.seenControl && before?.seenControl !== true) listeners.control += 1;
  // The time alone is not worth a row written at every page.
  if (
    before !== undefined &&
    before.arm === after.arm &&
    before.stage === after.stage &&
    before.share === after.share
  )
    return;
  units.set(event.unit, after);
  changedUnits.add(event.unit);
  for (const each of series) {
    const guard = guards[each.totals.guard];
    if (guard === undefined || each.totals.kind !== 'outcomes') continue;
    closeWindow(each, event.unit, guard);
    openWindow(each, event.unit, after, guard);
  }
}

function countHappened({ units, series }: Ledger, event: Happened, guards: readonly Guard[]): void {
  const unit = units.get(event.unit);
  // It is not known what they were served, or it was served later.
  if (unit === undefined || event.at < unit.at) return;
  for (const { totals, counted, changed, windows, changedWindows } of series) {
    const metric = guards[totals.guard]?.metric;
    if (metric === undefined || !isCounted(metric, event, unit)) continue;
    if (totals.kind === 'outcomes') {
      const window = windows.get(event.unit);
      if (window === undefined || window.hadEvent || event.at >= window.closesAt) continue;
      windows.set(event.unit, { ...window, hadEvent: true });
      changedWindows.add(event.unit);
      continue;
    }
    const before = counted.get(event.unit);
    if (before?.stage === unit.stage) continue;
    if (count(totals, event, unit, before?.history ?? NEVER)) {
      const history = historyAfter(before?.history ?? NEVER, unit.arm, unit.share);
      counted.set(event.unit, { stage: unit.stage, history });
      changed.add(event.unit);
    }
  }
}

/** Whether the event is one that the metric counts. */
function isCounted(
  { eventKey, above, withinMs = Infinity }: GuardMetric,
  event: Happened,
  unit: Unit,
): boolean {
  if (eventKey !== event.eventKey || event.at >= unit.at + withinMs) return false;
  return above === undefined || (event.value !== undefined && event.value > above);
}

const NEVER: ListenerHistory = { kind: 'never-counted' };

/** False: the event is not one that the series counts. */
function count(
  totals: Exclude<Series, { readonly kind: 'outcomes' }>,
  { value }: Happened,
  unit: Unit,
  history: ListenerHistory,
): boolean {
  const assignment = assignmentProbability(history, unit.share);
  switch (totals.kind) {
    case 'events':
      if (assignment.kind === 'counts')
        totals.classes = countGuardEvent(totals.classes, assignment.shareClass, unit.arm);
      return true;
    case 'values':
      if (totals.scale === null || value === undefined || !Number.isFinite(value)) return false;
      if (assignment.kind === 'counts') {
        const observation = {
          share: assignment.probability,
          arm: unit.arm === 'treatment' ? 1 : 0,
          value,
        } as const;
        totals.logEPerTilt = addTiltValue(totals.logEPerTilt, observation, totals.scale);
      }
      if (unit.arm === 'treatment') totals.treatmentValues += 1;
      else totals.controlValues += 1;
      return true;
    default:
      return totals satisfies never;
  }
}
