import type { ReleasePlan } from '../plan/release-plan.ts';
import type { ReleaseState } from './release-state.ts';

export const ACTIONS = [
  'started',
  'advanced',
  'held',
  'awaits-approval',
  'approved',
  'paused',
  'resumed',
  'rolled-back',
  'completed',
  'inconclusive',
  'stopped',
] as const;
export type Action = (typeof ACTIONS)[number];

/** What the rule is to serve from now on. */
export interface Serve {
  readonly share: number;
  readonly isTracked: boolean;
}

/** One decision: what is done, where it leads, and what of it concerns the flag. */
export interface Transition {
  readonly action: Action;
  readonly state: ReleaseState;
  /** Absent: the flag stays as it is. */
  readonly serve?: Serve;
}

/** SDKs report evaluations with their reasons only where they are asked to, and guards need them. */
const isTracked = (plan: ReleasePlan, { trackedBefore }: ReleaseState): boolean =>
  trackedBefore || plan.guards.length > 0;

/** Into a stage, with its time at the beginning. */
export function enterStage(
  plan: ReleasePlan,
  state: ReleaseState,
  at: { readonly stage: number; readonly now: number; readonly action: Action; readonly sentence: string },
): Transition {
  const share = plan.stages[at.stage]?.share ?? plan.finalShare;
  const next: ReleaseState = {
    ...state,
    state: 'running',
    stage: at.stage,
    share,
    heldMs: 0,
    stageSince: at.now,
    blockedBy: null,
    sentence: at.sentence,
  };
  return { action: at.action, state: next, serve: { share, isTracked: isTracked(plan, next) } };
}

/** Everybody back on the old variation. */
export const takeBack = (
  state: ReleaseState,
  as: 'rolled-back' | 'inconclusive',
  sentence: string,
): Transition => ({
  action: as,
  state: { ...state, state: as, share: 0, blockedBy: null, sentence },
  serve: { share: 0, isTracked: state.trackedBefore },
});

/** Goes on where it was. The share is served anew, since somebody may have changed it meanwhile. */
export const goOn = (plan: ReleasePlan, state: ReleaseState, sentence: string): Transition => ({
  action: 'resumed',
  state: { ...state, state: 'running', blockedBy: null, sentence },
  serve: { share: state.share, isTracked: isTracked(plan, state) },
});
