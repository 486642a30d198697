import { describe, expect, test } from 'vitest';
import { decide, watched } from '../../../src/release/machine/decide.ts';
import type { Observation } from '../../../src/release/machine/observation.ts';
import type { ReleaseState } from '../../../src/release/machine/release-state.ts';
import type { ReleasePlan } from '../../../src/release/plan/release-plan.ts';
import {
  EXTEND_MS,
  guardOf,
  HOLD_MS,
  judgementOf,
  machinePlan,
  NOON,
  seenIn,
  stageOf,
  stateIn,
} from '../../support/release-machine.ts';

const guarded = machinePlan({ guards: [guardOf('playlist-error')] });
const passes = [judgementOf('playlist-error', 'passes')];
const tripped = [judgementOf('playlist-error', 'tripped')];
const over = (fields: Partial<ReleaseState> = {}) => stateIn({ heldMs: HOLD_MS, ...fields });
const now = NOON + HOLD_MS;

describe('a decision', () => {
  test.each<[string, ReleasePlan, ReleaseState, Partial<Observation>, object]>([
    [
      'starts at its time',
      machinePlan(),
      stateIn({ state: 'scheduled', stage: -1, share: 0 }),
      { now: NOON },
      { action: 'started', state: { stage: 0, share: 10_000, stageSince: NOON } },
    ],
    [
      'advances when the stage was watched long enough',
      machinePlan(),
      over(),
      {},
      { action: 'advanced', state: { stage: 1, share: 50_000, heldMs: 0 }, serve: { share: 50_000 } },
    ],
    [
      'completes after the last stage',
      machinePlan(),
      over({ stage: 2, share: 100_000 }),
      {},
      { action: 'completed', serve: { share: 100_000 } },
    ],
    [
      'completes in a freeze, where no listener gets another version by it',
      machinePlan(),
      over({ stage: 2, share: 100_000 }),
      { isFrozen: true },
      { action: 'completed' },
    ],
    [
      'holds instead in a freeze where the holdback would end by it',
      machinePlan({ stages: [stageOf(90_000, { kind: 'holdback' })] }),
      over({ share: 90_000 }),
      { isFrozen: true },
      { action: 'held', state: { blockedBy: 'freeze', share: 90_000 } },
    ],
    [
      'holds in a freeze',
      machinePlan(),
      over(),
      { isFrozen: true },
      { action: 'held', state: { blockedBy: 'freeze' } },
    ],
    [
      'waits for an approval',
      machinePlan({ stages: [stageOf(10_000), stageOf(50_000, { needsApproval: true })] }),
      over(),
      {},
      { action: 'awaits-approval', state: { state: 'awaiting-approval', share: 10_000 } },
    ],
    [
      'goes on with one that was given before',
      machinePlan({ stages: [stageOf(10_000), stageOf(50_000, { needsApproval: true })] }),
      over({ approvedStage: 1 }),
      {},
      { action: 'advanced' },
    ],
    ['asks guards to count', guarded, over(), { judgements: passes }, { serve: { isTracked: true } }],
    [
      'rolls back when a guard trips, before its stage is over',
      guarded,
      stateIn(),
      { judgements: tripped },
      { action: 'rolled-back', state: { share: 0, tripped: ['playlist-error'] }, serve: { share: 0 } },
    ],
    [
      'rolls back in a freeze',
      guarded,
      stateIn(),
      { judgements: tripped, isFrozen: true },
      { action: 'rolled-back' },
    ],
    [
      'rolls back while it is paused',
      guarded,
      stateIn({ state: 'paused' }),
      { judgements: tripped },
      { action: 'rolled-back' },
    ],
    [
      'rolls back while it awaits an approval',
      guarded,
      over({ state: 'awaiting-approval' }),
      { judgements: tripped },
      { action: 'rolled-back' },
    ],
    [
      'pauses where its guard says so, and leaves the share',
      machinePlan({ guards: [guardOf('playlist-error', 'pause')] }),
      stateIn(),
      { judgements: tripped },
      { action: 'paused', state: { state: 'paused', share: 10_000, tripped: ['playlist-error'] } },
    ],
    [
      'rolls back when one of two guards that tripped says so',
      machinePlan({ guards: [guardOf('playlist-error', 'pause'), guardOf('page-duration')] }),
      stateIn(),
      { judgements: [...tripped, judgementOf('page-duration', 'tripped')] },
      { action: 'rolled-back', state: { tripped: ['playlist-error', 'page-duration'] } },
    ],
    [
      'holds with too few listeners',
      guarded,
      over(),
      { judgements: [judgementOf('playlist-error', 'too-few', 29)] },
      {
        action: 'held',
        state: { blockedBy: 'too-few', sentence: expect.stringContaining('29 of 30 listeners') },
      },
    ],
    [
      'holds while the source is silent',
      guarded,
      over(),
      { judgements: passes, newestAt: null },
      { action: 'held', state: { blockedBy: 'silent' } },
    ],
    [
      'holds when the newest listener came a minute ago',
      guarded,
      over({ stageSince: NOON - HOLD_MS }),
      { judgements: passes, newestAt: now - 60_001 },
      { action: 'held', state: { blockedBy: 'silent' } },
    ],
    [
      'holds when none came in this stage',
      guarded,
      over({ stageSince: now - 30_000 }),
      { judgements: passes, newestAt: now - 30_001 },
      { action: 'held', state: { blockedBy: 'silent' } },
    ],
    [
      'holds while the counts make no sense',
      guarded,
      over(),
      { judgements: undefined },
      { action: 'held', state: { blockedBy: 'unreadable' } },
    ],
    [
      'ends inconclusive when it was extended as far as it may be, and takes the new version back',
      guarded,
      over({ heldMs: HOLD_MS + EXTEND_MS, state: 'holding', blockedBy: 'too-few' }),
      { judgements: [judgementOf('playlist-error', 'too-few', 29)] },
      { action: 'inconclusive', state: { share: 0 }, serve: { share: 0 } },
    ],
    [
      'goes on after it was held',
      guarded,
      over({ state: 'holding', blockedBy: 'silent' }),
      { judgements: passes },
      { action: 'advanced', state: { state: 'running', blockedBy: null } },
    ],
    [
      'stops where the rule is gone',
      machinePlan(),
      stateIn(),
      { rule: { kind: 'other', detail: 'the flag is gone' } },
      { action: 'stopped', state: { share: 10_000, sentence: 'Stopped: the flag is gone.' } },
    ],
    [
      'pauses when the share was moved by hand',
      machinePlan(),
      stateIn({ share: 10_000 }),
      { rule: { kind: 'split', share: 30_000, isTracked: false, flagOn: true, flagVersion: 2 } },
      { action: 'paused', state: { share: 10_000, sentence: expect.stringContaining('30 %') } },
    ],
    [
      'pauses when the flag is switched off',
      machinePlan(),
      stateIn({ share: 10_000 }),
      { rule: { kind: 'split', share: 10_000, isTracked: false, flagOn: false, flagVersion: 2 } },
      { action: 'paused' },
    ],
  ])('%s', (_, plan, state, seen, expected) => {
    expect(decide(plan, state, { ...seenIn(state), ...seen })).toMatchObject(expected);
  });

  test.each<[string, ReleasePlan, ReleaseState, Partial<Observation>]>([
    ['before its time', machinePlan(), stateIn({ state: 'scheduled', stage: -1 }), { now: NOON - 1 }],
    [
      'without a start, until somebody starts it',
      machinePlan({ startAt: null }),
      stateIn({ state: 'scheduled', stage: -1 }),
      {},
    ],
    ['to start in a freeze', machinePlan(), stateIn({ state: 'scheduled', stage: -1 }), { isFrozen: true }],
    ['before the stage was watched long enough', machinePlan(), stateIn({ heldMs: HOLD_MS - 1 }), {}],
    ['while it is paused', machinePlan(), over({ state: 'paused' }), {}],
    [
      'on an alarm that somebody accepted',
      guarded,
      stateIn({ tripped: ['playlist-error'], accepted: ['playlist-error'] }),
      { judgements: tripped },
    ],
    [
      'twice of one wait',
      guarded,
      over({ state: 'holding', blockedBy: 'silent', heldMs: HOLD_MS + EXTEND_MS - 1 }),
      { judgements: passes, newestAt: null },
    ],
    [
      'in a freeze, however long it lasts',
      machinePlan(),
      over({ state: 'holding', blockedBy: 'freeze', heldMs: HOLD_MS + 10 * EXTEND_MS }),
      { isFrozen: true },
    ],
    ...(['rolled-back', 'completed', 'inconclusive', 'stopped'] as const).map(
      (state): [string, ReleasePlan, ReleaseState, Partial<Observation>] => [
        `of what is ${state}`,
        guarded,
        over({ state }),
        { judgements: tripped, rule: { kind: 'other', detail: 'the flag is gone' } },
      ],
    ),
    ['for whom it awaits an approval', machinePlan(), over({ state: 'awaiting-approval' }), {}],
  ])('is not made %s', (_, plan, state, seen) => {
    expect(decide(plan, state, { ...seenIn(state), ...seen })).toBeUndefined();
  });
});

test.each([
  ['running', 5],
  ['holding', 5],
  ['paused', 0],
  ['awaiting-approval', 0],
  ['completed', 0],
] as const)('of a release that is %s %d ms of 5 count', (state, counted) => {
  expect(watched(stateIn({ state }), { watchedMs: 5 }).heldMs).toBe(counted);
});
