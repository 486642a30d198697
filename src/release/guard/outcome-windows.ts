import { addArrival, UNIFORM_PRIOR } from '../../experiment/statistics/e-two-proportions-arrivals.ts';
import {
  assignmentProbability,
  historyAfter,
} from '../../experiment/statistics/guard/assignment-probability.ts';
import { addOutcomes, type OutcomeCounts } from '../../experiment/statistics/outcome-counts.ts';
import type { Guard } from '../plan/release-plan.ts';
import type { Ledger, Unit } from './listener-counts.ts';

/** A listener who was served a stage, and whose time to have the event is not over. */
export interface OutcomeWindow {
  readonly arm: 'control' | 'treatment';
  /** The chance with which this listener was in treatment. */
  readonly probability: number;
  /** Epoch milliseconds; an event at this time comes too late. */
  readonly closesAt: number;
  readonly hadEvent: boolean;
}

type OutcomeSeries = Ledger['series'][number];

export const NO_OUTCOMES: OutcomeCounts = {
  controlSuccess: 0,
  controlFailure: 0,
  treatmentSuccess: 0,
  treatmentFailure: 0,
};

/** Once per stage and listener, with the chance that is left after the stages in which they were seen. */
export function openWindow(
  { counted, changed, windows, changedWindows }: OutcomeSeries,
  unitKey: string,
  { arm, stage, share, at }: Unit,
  { margin }: Guard,
): void {
  const before = counted.get(unitKey);
  if (before?.stage === stage || margin.kind !== 'absolute') return;
  const history = before?.history ?? { kind: 'never-counted' };
  const assignment = assignmentProbability(history, share);
  counted.set(unitKey, { stage, history: historyAfter(history, arm, share) });
  changed.add(unitKey);
  if (assignment.kind !== 'counts') return;
  const { probability } = assignment;
  windows.set(unitKey, { arm, probability, closesAt: at + margin.withinMs, hadEvent: false });
  changedWindows.add(unitKey);
}

/**
 * Counts a listener with what they had until now: their time is over, or they were served something else. Only now, since
 * an outcome that is counted when it happens would be counted sooner than its absence.
 */
export function closeWindow(
  { totals, windows, changedWindows }: OutcomeSeries,
  unitKey: string,
  { margin, metric }: Guard,
): void {
  const window = windows.get(unitKey);
  if (window === undefined || totals.kind !== 'outcomes' || margin.kind !== 'absolute') return;
  const isHarm = window.hadEvent === (metric.harm === 'more-events');
  const arrival = {
    share: window.probability,
    arm: window.arm === 'treatment' ? 1 : 0,
    outcome: isHarm ? 1 : 0,
  } as const;
  const before = { logE: totals.logE, counts: addOutcomes(totals.counts, UNIFORM_PRIOR) };
  const test = { side: 'treatment-greater', absoluteMargin: margin.points } as const;
  const { logE, counts } = addArrival(before, arrival, test);
  totals.logE = logE;
  totals.counts = {
    controlSuccess: counts.controlSuccess - UNIFORM_PRIOR.controlSuccess,
    controlFailure: counts.controlFailure - UNIFORM_PRIOR.controlFailure,
    treatmentSuccess: counts.treatmentSuccess - UNIFORM_PRIOR.treatmentSuccess,
    treatmentFailure: counts.treatmentFailure - UNIFORM_PRIOR.treatmentFailure,
  };
  windows.delete(unitKey);
  changedWindows.add(unitKey);
}

/** Counts all listeners whose time is over at `at` (epoch milliseconds), in the order in which it ended. */
export function closeWindows({ series }: Ledger, guards: readonly Guard[], at: number): void {
  for (const each of series) {
    const guard = guards[each.totals.guard];
    if (guard === undefined) continue;
    const due = [...each.windows].filter(([, { closesAt }]) => closesAt <= at);
    due.sort(([a, first], [b, second]) => first.closesAt - second.closesAt || (a < b ? -1 : 1));
    for (const [unitKey] of due) closeWindow(each, unitKey, guard);
  }
}
