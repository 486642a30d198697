import { explainGuard, type GuardExplanation } from '../guard/explain-guard.ts';
import { type GuardReadings, isReadable, listenersOf, NOTHING_COUNTED } from '../guard/guard-reading.ts';
import { type GuardJudgement, judgeGuard } from '../guard/judge-guard.ts';
import type { Guard } from '../plan/release-plan.ts';
import type { Release } from './release.ts';

/** What a guard of a release sees now, for people. */
export interface GuardStatus extends GuardExplanation {
  readonly guard: Guard;
  readonly judgement: GuardJudgement;
  /** `tripped` once it has tripped; `unreadable` while its counts make no sense. */
  readonly verdict: GuardJudgement['verdict'] | 'unreadable';
  readonly controlListeners: number;
}

/** Of each guard of the plan, in its order. */
export function guardStatuses(
  { plan, state }: Pick<Release, 'plan' | 'state'>,
  readings: GuardReadings,
): readonly GuardStatus[] {
  const readable = isReadable(readings);
  return plan.guards.map((guard, index) => {
    const series = (readable ? readings.guards[index] : undefined) ?? NOTHING_COUNTED;
    const judgement = judgeGuard(guard, series, readings, plan);
    const hasTripped = state.tripped.includes(guard.metric.name);
    return Object.assign(explainGuard(guard, series, judgement, plan), {
      guard,
      judgement,
      verdict: hasTripped ? ('tripped' as const) : readable ? judgement.verdict : ('unreadable' as const),
      controlListeners:
        series.kind === 'outcomes' ? listenersOf(series.counts).control : readings.listeners.control,
    });
  });
}
