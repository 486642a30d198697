import type { TiltScale } from '../../experiment/statistics/e-arm-tilt.ts';
import type { OutcomeCounts } from '../../experiment/statistics/outcome-counts.ts';
import type { ShareClassCounts } from '../../experiment/statistics/guard/share-class.ts';

/** All that was counted for a guard. */
export type SeriesTotals =
  | { readonly kind: 'events'; readonly classes: readonly ShareClassCounts[] }
  | {
      /** Values themselves, each put on a scale that was frozen before the first was counted. */
      readonly kind: 'values';
      /** Null: there were too few values before to make a scale of, so that nothing was counted yet. */
      readonly scale: TiltScale | null;
      /** ln E of each tilt. */
      readonly logEPerTilt: readonly number[];
      readonly treatmentValues: number;
      readonly controlValues: number;
    }
  | {
      /** Listeners whose time is over, with and without harm: for absolute margins. */
      readonly kind: 'outcomes';
      readonly logE: number;
      /** A success is harm: an event, or the lack of one where fewer are harm. */
      readonly counts: OutcomeCounts;
    };

/** What a release's guards see at one moment; both arms, from the transactions that acknowledged the events. */
export interface GuardReadings {
  /** Listeners who were served the rule since the release began; who changed the version counts in both. */
  readonly listeners: { readonly treatment: number; readonly control: number };
  /** When the newest of them was served, in epoch milliseconds; null: none was. */
  readonly newestAt: number | null;
  /** Of each guard of the plan. */
  readonly guards: readonly SeriesTotals[];
}

/** A guard that has counted nothing yet. */
export const NOTHING_COUNTED: SeriesTotals = { kind: 'events', classes: [] };

/** How many listeners have been judged. */
export const listenersOf = (counts: OutcomeCounts): GuardReadings['listeners'] => ({
  treatment: counts.treatmentSuccess + counts.treatmentFailure,
  control: counts.controlSuccess + counts.controlFailure,
});

export const NO_READINGS: GuardReadings = {
  listeners: { treatment: 0, control: 0 },
  newestAt: null,
  guards: [],
};

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

/** A source that says NaN, or that minus three listeners came, says nothing. */
export function isReadable({ listeners, newestAt, guards }: GuardReadings): boolean {
  return (
    isCount(listeners.treatment) &&
    isCount(listeners.control) &&
    (newestAt === null || Number.isFinite(newestAt)) &&
    guards.every(isReadableSeries)
  );
}

function isReadableSeries(series: SeriesTotals): boolean {
  switch (series.kind) {
    case 'events':
      return series.classes.every((counts) => Object.values(counts).every(isCount));
    case 'values':
      return series.logEPerTilt.every(Number.isFinite);
    case 'outcomes':
      return Number.isFinite(series.logE) && Object.values(series.counts).every(isCount);
    default:
      return series satisfies never;
  }
}
