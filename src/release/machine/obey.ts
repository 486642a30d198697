import type { ReleasePlan } from '../plan/release-plan.ts';
import { showShare } from '../plan/share.ts';
import { begin, describeStage } from './decide.ts';
import type { Command, Observation } from './observation.ts';
import { isOver, type ReleaseState } from './release-state.ts';
import { enterStage, goOn, takeBack, type Transition } from './transition.ts';

export type Obeyed =
  | { readonly outcome: 'done'; readonly transition: Transition }
  /** It is so already. */
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly detail: string };

const done = (transition: Transition): Obeyed => ({ outcome: 'done', transition });
const refused = (detail: string): Obeyed => ({ outcome: 'refused', detail });
const UNCHANGED: Obeyed = { outcome: 'unchanged' };

/** What a person's command does to a release. A rollback is always allowed. */
export function obey(plan: ReleasePlan, state: ReleaseState, seen: Observation, command: Command): Obeyed {
  switch (command.kind) {
    case 'start':
      return start(plan, state, seen, command);
    case 'pause':
      return pause(state, command);
    case 'resume':
      return resume(plan, state, seen, command);
    case 'advance':
      return advance(plan, state, seen, command);
    case 'approve':
      return approve(plan, state, command);
    case 'rollback':
      return rollback(state, command);
    case 'stop':
      return stop(state, seen, command);
    default:
      return command.kind satisfies never;
  }
}

const over = ({ state }: ReleaseState): Obeyed => refused(`the release is over: ${state}`);

function start(plan: ReleasePlan, state: ReleaseState, seen: Observation, { by }: Command): Obeyed {
  if (isOver(state)) return over(state);
  if (state.state !== 'scheduled') return UNCHANGED;
  if (seen.isFrozen) return refused('a freeze window is open, in which no stage begins');
  return done(begin(plan, state, seen, `Started by ${by}`));
}

function pause(state: ReleaseState, { by }: Command): Obeyed {
  if (isOver(state)) return over(state);
  if (state.state === 'paused') return UNCHANGED;
  if (state.state === 'scheduled') return refused('the release has not started');
  const sentence = `Paused by ${by} at ${showShare(state.share)}.`;
  return done({ action: 'paused', state: { ...state, state: 'paused', blockedBy: null, sentence } });
}

function resume(plan: ReleasePlan, state: ReleaseState, { rule }: Observation, { by }: Command): Obeyed {
  if (isOver(state)) return over(state);
  if (state.state === 'scheduled') return refused('the release has not started');
  if (state.state !== 'paused') return UNCHANGED;
  if (rule.kind === 'other') return refused(rule.detail);
  if (!rule.flagOn) return refused('the flag is switched off; switch it on first');
  // Who resumes after an alarm has seen it; the same guard does not stop the release again.
  const accepted = { ...state, accepted: state.tripped };
  return done(goOn(plan, accepted, `Resumed by ${by} at ${showShare(state.share)}.`));
}

function advance(plan: ReleasePlan, state: ReleaseState, seen: Observation, { by }: Command): Obeyed {
  switch (state.state) {
    case 'running':
    case 'holding':
      break;
    case 'awaiting-approval':
      return refused('the next stage waits for an approval');
    case 'paused':
      return refused('the release is paused; resume it first');
    case 'scheduled':
      return refused('the release has not started');
    case 'rolled-back':
    case 'completed':
    case 'inconclusive':
    case 'stopped':
      return over(state);
    default:
      return state.state satisfies never;
  }
  const next = state.stage + 1;
  const following = plan.stages[next];
  if (following === undefined) return refused('this is the last stage');
  if (seen.isFrozen) return refused('a freeze window is open, in which no stage begins');
  if (following.needsApproval && state.approvedStage < next)
    return refused('the next stage needs an approval first');
  const sentence = `Advanced by ${by} to ${describeStage(plan, next)}.`;
  return done(enterStage(plan, state, { stage: next, now: seen.now, action: 'advanced', sentence }));
}

function approve(plan: ReleasePlan, state: ReleaseState, { by }: Command): Obeyed {
  if (isOver(state)) return over(state);
  const next = plan.stages.findIndex(
    ({ needsApproval }, index) => needsApproval && index > state.approvedStage,
  );
  if (next === -1) return refused('no stage waits for an approval');
  const sentence = `Stage ${next + 1} approved by ${by}.`;
  const after = { ...state, approvedStage: next, sentence };
  const isWaiting = state.state === 'awaiting-approval';
  return done({ action: 'approved', state: isWaiting ? { ...after, state: 'holding' } : after });
}

function rollback(state: ReleaseState, { by }: Command): Obeyed {
  if (state.state === 'rolled-back') return UNCHANGED;
  const { serve, ...back } = takeBack(state, 'rolled-back', `Rolled back by ${by}.`);
  // What others served before the start is not the release's to take back.
  return done(state.stage < 0 || serve === undefined ? back : { ...back, serve });
}

function stop(state: ReleaseState, { rule }: Observation, { by }: Command): Obeyed {
  if (isOver(state)) return over(state);
  const share = rule.kind === 'split' ? rule.share : state.share;
  const sentence = `Stopped by ${by}; ${showShare(share)} stay on the new version.`;
  return done({
    action: 'stopped',
    state: { ...state, state: 'stopped', share, blockedBy: null, sentence },
    ...(rule.kind === 'split' && state.stage >= 0
      ? { serve: { share, isTracked: state.trackedBefore } }
      : {}),
  });
}
