import { describe, expect, test } from 'vitest';
import { obey } from '../../../src/release/machine/obey.ts';
import type { Command, Observation } from '../../../src/release/machine/observation.ts';
import type { ReleaseState } from '../../../src/release/machine/release-state.ts';
import type { ReleasePlan } from '../../../src/release/plan/release-plan.ts';
import { guardOf, machinePlan, NOON, seenIn, stageOf, stateIn } from '../../support/release-machine.ts';

const plan = machinePlan();
const approved = machinePlan({
  stages: [stageOf(10_000), stageOf(50_000, { needsApproval: true }), stageOf(100_000)],
});
const scheduled = stateIn({ state: 'scheduled', stage: -1, share: 0, stageSince: null });
const gone: Partial<Observation> = { rule: { kind: 'other', detail: 'the flag is gone' } };
const off: Partial<Observation> = {
  rule: { kind: 'split', share: 10_000, isTracked: false, flagOn: false, flagVersion: 2 },
};

const told = (
  of: ReleasePlan,
  state: ReleaseState,
  kind: Command['kind'],
  seen: Partial<Observation> = {},
): ReturnType<typeof obey> => obey(of, state, { ...seenIn(state), ...seen }, { kind, by: 'Ana' });

describe('a command', () => {
  test.each<[string, ReleasePlan, ReleaseState, Command['kind'], object]>([
    ['starts', plan, scheduled, 'start', { action: 'started', state: { stage: 0, share: 10_000 } }],
    ['pauses', plan, stateIn(), 'pause', { action: 'paused', state: { state: 'paused', share: 10_000 } }],
    [
      'resumes at the share where it was',
      plan,
      stateIn({ state: 'paused', heldMs: 7 }),
      'resume',
      { action: 'resumed', state: { state: 'running', heldMs: 7 }, serve: { share: 10_000 } },
    ],
    [
      'accepts the alarms that somebody resumes after',
      machinePlan({ guards: [guardOf('playlist-error', 'pause')] }),
      stateIn({ state: 'paused', tripped: ['playlist-error'] }),
      'resume',
      { state: { tripped: ['playlist-error'], accepted: ['playlist-error'] }, serve: { isTracked: true } },
    ],
    [
      'advances before the time is over',
      plan,
      stateIn({ state: 'holding', heldMs: 1 }),
      'advance',
      { action: 'advanced', state: { state: 'running', stage: 1, share: 50_000, heldMs: 0 } },
    ],
    [
      'approves ahead',
      approved,
      stateIn(),
      'approve',
      { action: 'approved', state: { state: 'running', approvedStage: 1 } },
    ],
    [
      'approves what is waited for',
      approved,
      stateIn({ state: 'awaiting-approval' }),
      'approve',
      { state: { state: 'holding', approvedStage: 1 } },
    ],
    [
      'advances over what was approved',
      approved,
      stateIn({ approvedStage: 1 }),
      'advance',
      { state: { stage: 1 } },
    ],
    [
      'rolls back',
      plan,
      stateIn(),
      'rollback',
      { action: 'rolled-back', state: { share: 0 }, serve: { share: 0 } },
    ],
    [
      'rolls back what has completed',
      plan,
      stateIn({ state: 'completed', stage: 2, share: 100_000 }),
      'rollback',
      { state: { state: 'rolled-back', share: 0 }, serve: { share: 0 } },
    ],
    [
      'stops, and leaves everybody what they have',
      plan,
      stateIn(),
      'stop',
      { action: 'stopped', serve: { share: 10_000 } },
    ],
  ])('%s', (_, of, state, kind, transition) => {
    expect(told(of, state, kind)).toMatchObject({ outcome: 'done', transition });
  });

  test('puts back whether SDKs report evaluations, as it was before the release', () => {
    const guarded = machinePlan({ guards: [guardOf('playlist-error')] });
    for (const trackedBefore of [true, false]) {
      const state = stateIn({ trackedBefore });
      for (const kind of ['rollback', 'stop'] as const)
        expect(told(guarded, state, kind)).toMatchObject({
          transition: { serve: { isTracked: trackedBefore } },
        });
    }
  });

  test('takes nothing back, and leaves nothing, where it had not begun', () => {
    for (const kind of ['rollback', 'stop'] as const) {
      const answer = told(plan, scheduled, kind);
      expect(answer.outcome === 'done' && answer.transition.serve).toBe(undefined);
    }
  });

  test.each<[string, ReleaseState, Command['kind']]>([
    ['start', stateIn(), 'start'],
    ['pause', stateIn({ state: 'paused' }), 'pause'],
    ['resume', stateIn(), 'resume'],
    ['rollback', stateIn({ state: 'rolled-back' }), 'rollback'],
  ])('to %s what is so already changes nothing', (_, state, kind) => {
    expect(told(plan, state, kind)).toEqual({ outcome: 'unchanged' });
  });

  test.each<[string, ReleasePlan, ReleaseState, Command['kind'], Partial<Observation>, string]>([
    ['start in a freeze', plan, scheduled, 'start', { isFrozen: true }, 'freeze window'],
    ['pause before the start', plan, scheduled, 'pause', {}, 'not started'],
    ['resume before the start', plan, scheduled, 'resume', {}, 'not started'],
    ['resume without the rule', plan, stateIn({ state: 'paused' }), 'resume', gone, 'the flag is gone'],
    ['resume with the flag off', plan, stateIn({ state: 'paused' }), 'resume', off, 'switched off'],
    ['advance before the start', plan, scheduled, 'advance', {}, 'not started'],
    ['advance while it is paused', plan, stateIn({ state: 'paused' }), 'advance', {}, 'resume it first'],
    ['advance in a freeze', plan, stateIn(), 'advance', { isFrozen: true, now: NOON }, 'freeze window'],
    ['advance from the last stage', plan, stateIn({ stage: 2 }), 'advance', {}, 'the last stage'],
    ['advance without an approval', approved, stateIn(), 'advance', {}, 'needs an approval'],
    [
      'advance instead of approving',
      approved,
      stateIn({ state: 'awaiting-approval' }),
      'advance',
      {},
      'waits for an approval',
    ],
    ['approve where none is needed', plan, stateIn(), 'approve', {}, 'no stage waits'],
    ['approve twice', approved, stateIn({ approvedStage: 1 }), 'approve', {}, 'no stage waits'],
    ...(['start', 'pause', 'resume', 'advance', 'approve', 'stop'] as const).flatMap((kind) =>
      (['rolled-back', 'completed', 'inconclusive', 'stopped'] as const).map(
        (state): [string, ReleasePlan, ReleaseState, Command['kind'], Partial<Observation>, string] => [
          `${kind} what is ${state}`,
          plan,
          stateIn({ state }),
          kind,
          {},
          `the release is over: ${state}`,
        ],
      ),
    ),
  ])('to %s is refused', (_, of, state, kind, seen, detail) => {
    expect(told(of, state, kind, seen)).toEqual({
      outcome: 'refused',
      detail: expect.stringContaining(detail),
    });
  });
});
