import type { GuardJudgement } from '../guard/judge-guard.ts';
import { describeSmallestEffect } from '../guard/smallest-effect.ts';
import { showDuration } from '../plan/duration.ts';
import type { ReleasePlan, Stage } from '../plan/release-plan.ts';
import { showShare } from '../plan/share.ts';
import type { Observation } from './observation.ts';
import { type Blocker, isOver, type ReleaseState } from './release-state.ts';
import { enterStage, takeBack, type Transition } from './transition.ts';

/** A source whose newest listener is older than this is late. */
const LATE_MS = 60_000;

/** The state with the watched time added; time that was not watched does not count. */
export function watched(state: ReleaseState, { watchedMs }: Pick<Observation, 'watchedMs'>): ReleaseState {
  const isCounting = state.state === 'running' || state.state === 'holding';
  return isCounting && watchedMs > 0 ? { ...state, heldMs: state.heldMs + watchedMs } : state;
}

/**
 * The next decision, or undefined: everything stays as it is. Pure, so that a decision can be made again from its record.
 * To be asked again until there is none, with no more time watched.
 *
 * @param state with the watched time already in it
 */
export function decide(plan: ReleasePlan, state: ReleaseState, seen: Observation): Transition | undefined {
  if (isOver(state)) return undefined;
  if (seen.rule.kind === 'other') {
    const sentence = `Stopped: ${seen.rule.detail}.`;
    return { action: 'stopped', state: { ...state, state: 'stopped', blockedBy: null, sentence } };
  }
  if (state.state === 'scheduled') return start(plan, state, seen);
  const alarm = tripped(plan, state, seen);
  if (alarm !== undefined) return alarm;
  if (state.state === 'paused') return undefined;
  return changedByOthers(state, seen) ?? afterHold(plan, state, seen);
}

function start(plan: ReleasePlan, state: ReleaseState, seen: Observation): Transition | undefined {
  if (plan.startAt === null || seen.now < plan.startAt || seen.isFrozen) return undefined;
  return begin(plan, state, seen, 'Started');
}

/** Into the first stage. */
export function begin(plan: ReleasePlan, state: ReleaseState, seen: Observation, how: string): Transition {
  const trackedBefore = seen.rule.kind === 'split' && seen.rule.isTracked;
  return enterStage(
    plan,
    { ...state, trackedBefore },
    { stage: 0, now: seen.now, action: 'started', sentence: `${how}: ${describeStage(plan, 0)}.` },
  );
}

/** The guards look on while the release is paused: a person's pause must not keep harm in service. */
function tripped(
  plan: ReleasePlan,
  state: ReleaseState,
  { judgements }: Observation,
): Transition | undefined {
  const alarms = (judgements ?? []).filter(
    ({ verdict, metric }) => verdict === 'tripped' && !state.accepted.includes(metric),
  );
  if (alarms.length === 0) return undefined;
  const metrics = alarms.map(({ metric }) => metric);
  const after = { ...state, tripped: [...new Set([...state.tripped, ...metrics])] };
  const isRollback = plan.guards.some(
    ({ metric, action }) => action === 'rollback' && metrics.includes(metric.name),
  );
  const because = `${metrics.join(' and ')} got worse with the new version`;
  if (isRollback) return takeBack(after, 'rolled-back', `Rolled back: ${because}.`);
  if (state.state === 'paused') return undefined;
  return {
    action: 'paused',
    state: { ...after, state: 'paused', blockedBy: null, sentence: `Paused: ${because}.` },
  };
}

/** Somebody moved the rule by hand, or switched the flag off: they know why, and the release waits for them. */
function changedByOthers(state: ReleaseState, { rule }: Observation): Transition | undefined {
  if (rule.kind === 'other' || (rule.flagOn && rule.share === state.share)) return undefined;
  const what = rule.flagOn
    ? `somebody set the share to ${showShare(rule.share)}, where the release serves ${showShare(state.share)}`
    : 'the flag is switched off';
  return {
    action: 'paused',
    state: { ...state, state: 'paused', blockedBy: null, sentence: `Paused: ${what}. Resume to go on.` },
  };
}

function afterHold(plan: ReleasePlan, state: ReleaseState, seen: Observation): Transition | undefined {
  const stage = plan.stages[state.stage];
  if (stage === undefined || state.heldMs < stage.holdMs) return undefined;
  // What had to be seen was seen; only a person is missing.
  if (state.state === 'awaiting-approval') return undefined;
  const blocker = blockerOf(plan, state, seen);
  if (blocker !== undefined) return wait(plan, stage, state, seen, blocker);
  const next = state.stage + 1;
  const following = plan.stages[next];
  if (following === undefined) return complete(plan, state, seen);
  if (following.needsApproval && state.approvedStage < next) {
    const sentence = `Stage ${next + 1} (${showShare(following.share)}) waits for somebody’s approval.`;
    return {
      action: 'awaits-approval',
      state: { ...state, state: 'awaiting-approval', blockedBy: null, sentence },
    };
  }
  return enterStage(plan, state, {
    stage: next,
    now: seen.now,
    action: 'advanced',
    sentence: `Advanced to ${describeStage(plan, next)}: ${whyPassed(plan, state)}.`,
  });
}

/** Why the next stage cannot begin; what a person must give (an approval) is not among it. */
export function blockerOf(plan: ReleasePlan, state: ReleaseState, seen: Observation): Blocker | undefined {
  if (plan.guards.length > 0) {
    if (seen.judgements === undefined) return 'unreadable';
    if (seen.judgements.some(({ verdict }) => verdict === 'too-few')) return 'too-few';
    const since = Math.max(state.stageSince ?? 0, seen.now - LATE_MS);
    if (seen.newestAt === null || seen.newestAt < since) return 'silent';
  }
  return seen.isFrozen && !isLastStage(plan, state) ? 'freeze' : undefined;
}

const isLastStage = (plan: ReleasePlan, { stage, share }: ReleaseState): boolean =>
  stage === plan.stages.length - 1 && share === plan.finalShare;

function wait(
  plan: ReleasePlan,
  stage: Stage,
  state: ReleaseState,
  seen: Observation,
  blocker: Blocker,
): Transition | undefined {
  const waited = state.heldMs - stage.holdMs;
  if (blocker !== 'freeze' && waited >= plan.extendMs) {
    const sentence = `Inconclusive after ${showDuration(state.heldMs)} in stage ${state.stage + 1}: ${describeBlocker(blocker, seen.judgements)}. ${describeVisible(seen.judgements)}Everybody has the old version.`;
    return takeBack(state, 'inconclusive', sentence);
  }
  if (state.state === 'holding' && state.blockedBy === blocker) return undefined;
  const sentence = `Stage ${state.stage + 1} (${showShare(stage.share)}) is held: ${describeBlocker(blocker, seen.judgements)}.`;
  return { action: 'held', state: { ...state, state: 'holding', blockedBy: blocker, sentence } };
}

function complete(plan: ReleasePlan, state: ReleaseState, _seen: Observation): Transition {
  const share = plan.finalShare;
  const sentence = `Completed at ${showShare(share)}: ${whyPassed(plan, state)}.`;
  return {
    action: 'completed',
    state: { ...state, state: 'completed', share, blockedBy: null, sentence },
    serve: { share, isTracked: state.trackedBefore },
  };
}

function describeBlocker(blocker: Blocker, judgements: readonly GuardJudgement[] | undefined): string {
  switch (blocker) {
    case 'freeze':
      return 'a freeze window is open';
    case 'too-few': {
      const few = (judgements ?? []).filter(({ verdict }) => verdict === 'too-few');
      return few
        .map(
          ({ metric, listeners, minimumListeners }) =>
            `${metric} has seen ${listeners} of ${minimumListeners} listeners`,
        )
        .join(', ');
    }
    case 'silent':
      return 'no listener was seen lately, so the guards see nothing';
    case 'unreadable':
      return 'the guards’ counts cannot be read';
    default:
      return blocker satisfies never;
  }
}

/** Of an inconclusive release: no alarm says only that harm is smaller than this. */
const describeVisible = (judgements: Observation['judgements']): string =>
  (judgements ?? [])
    .flatMap(({ metric, smallestEffect }) =>
      smallestEffect === undefined ? [] : [`${describeSmallestEffect(metric, smallestEffect)}. `],
    )
    .join('');

function whyPassed(plan: ReleasePlan, { heldMs }: ReleaseState): string {
  const time = `the stage before was watched for ${showDuration(heldMs)}`;
  if (plan.guards.length === 0) return time;
  return `${time} without an alarm of ${plan.guards.map(({ metric }) => metric.name).join(', ')}`;
}

export function describeStage(plan: ReleasePlan, index: number): string {
  const stage = plan.stages[index];
  const share = showShare(stage?.share ?? plan.finalShare);
  const kind = stage?.kind === 'holdback' ? 'the holdback' : `stage ${index + 1} of ${plan.stages.length}`;
  return `${kind}, ${share} on the new version`;
}
