import { describe, expect, test } from 'vitest';
import { judgeGuards } from '../../../src/release/run/observe.ts';
import { decide, watched } from '../../../src/release/machine/decide.ts';
import { obey } from '../../../src/release/machine/obey.ts';
import { COMMANDS, type Observation } from '../../../src/release/machine/observation.ts';
import { isOver, NOT_STARTED, type ReleaseState } from '../../../src/release/machine/release-state.ts';
import type { Transition } from '../../../src/release/machine/transition.ts';
import type { ReleasePlan } from '../../../src/release/plan/release-plan.ts';
import { decisionRecord, recordSchema } from '../../../src/release/run/decision-record.ts';
import { replay } from '../../../src/release/run/replay.ts';
import { guardOf, machinePlan, NOON, seenIn, stageOf } from '../../support/release-machine.ts';
import { fc } from '../../support/seeded-fast-check.ts';

const planArbitrary: fc.Arbitrary<ReleasePlan> = fc
  .record({
    shares: fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 5 }),
    approval: fc.option(fc.nat(4), { nil: undefined }),
    holdback: fc.boolean(),
    actions: fc.array(fc.constantFrom('rollback', 'pause'), { maxLength: 2 }),
    startAt: fc.constantFrom(null, NOON, NOON + 3),
  })
  .map(({ shares, approval, holdback, actions, startAt }) => {
    const sorted = shares.toSorted((a, b) => a - b);
    return machinePlan({
      startAt,
      stages: sorted.map((share, index) => stageOf(share, { holdMs: 10, needsApproval: index === approval })),
      finalShare: holdback ? 100_000 : (sorted.at(-1) ?? 0),
      guards: actions.map((action, index) =>
        guardOf(index === 0 ? 'playlist-error' : 'page-duration', action),
      ),
      extendMs: 20,
    });
  });

/** One thing that happens to a release. */
const happeningArbitrary = fc.record({
  passedMs: fc.nat(15),
  isFrozen: fc.boolean(),
  isSilent: fc.boolean(),
  isUnreadable: fc.boolean(),
  listeners: fc.constantFrom(0, 29, 30, 500),
  treatedErrors: fc.constantFrom(0, 0, 0, 12),
  rule: fc.constantFrom('as served', 'as served', 'as served', 'moved by hand', 'off', 'gone'),
  command: fc.option(fc.constantFrom(...COMMANDS), { nil: undefined, freq: 2 }),
});
type Happening = typeof happeningArbitrary extends fc.Arbitrary<infer T> ? T : never;

interface Taken {
  readonly before: ReleaseState;
  readonly seen: Observation;
  readonly command: (typeof COMMANDS)[number] | undefined;
  readonly transition: Transition;
  readonly readings: Parameters<typeof judgeGuards>[1];
}

function readingsOf(
  plan: ReleasePlan,
  { listeners, treatedErrors, isUnreadable, isSilent }: Happening,
  now: number,
) {
  return {
    listeners: { treatment: isUnreadable ? Number.NaN : listeners, control: listeners },
    newestAt: isSilent ? null : now,
    guards: plan.guards.map(() => ({
      kind: 'events' as const,
      classes: [{ share: 10_000, controlAtShare: 0, treatmentEvents: treatedErrors, controlEvents: 0 }],
    })),
  };
}

/** At one moment; the longest plan has five stages. */
const MAX_DECISIONS = 20;

/** What a release does, as the runner and people make it: commands at any time, and decisions until there is none. */
function course(plan: ReleasePlan, happenings: readonly Happening[]): readonly Taken[] {
  let state: ReleaseState = { ...NOT_STARTED, sentence: 'Starts in a moment.' };
  let now = NOON;
  const steps: Taken[] = [];
  for (const happening of happenings) {
    now += happening.passedMs;
    const readings = readingsOf(plan, happening, now);
    const rule = {
      'as served': {},
      'moved by hand': { share: 77_777 },
      off: { flagOn: false },
      gone: {},
    }[happening.rule];
    const seen = (watchedMs: number): Observation => ({
      ...seenIn(state, {
        now,
        watchedMs,
        isFrozen: happening.isFrozen,
        judgements: state.stage < 0 ? [] : judgeGuards(plan, readings),
        newestAt: readings.newestAt,
        ...(rule === undefined ? {} : { rule }),
      }),
      ...(happening.rule === 'gone' ? { rule: { kind: 'other', detail: 'the flag is gone' } } : {}),
    });
    const take = (observation: Observation, transition: Transition, command?: Taken['command']): void => {
      steps.push({ before: state, seen: observation, command, transition, readings });
      ({ state } = transition);
    };
    if (happening.command !== undefined) {
      const obeyed = obey(plan, state, seen(0), { kind: happening.command, by: 'Ana' });
      if (obeyed.outcome === 'done') take(seen(0), obeyed.transition, happening.command);
    }
    for (let watchedMs = happening.passedMs, left = MAX_DECISIONS; ; watchedMs = 0, left -= 1) {
      if (left === 0) throw new Error(`it decides without end: ${state.sentence}`);
      const observation = seen(watchedMs);
      const transition = decide(plan, watched(state, observation), observation);
      if (transition === undefined) {
        state = watched(state, observation);
        break;
      }
      take(observation, transition);
    }
  }
  return steps;
}

const everyCourse = (check: (plan: ReleasePlan, steps: readonly Taken[]) => void): void => {
  fc.assert(
    fc.property(planArbitrary, fc.array(happeningArbitrary, { maxLength: 40 }), (plan, happenings) => {
      check(plan, course(plan, happenings));
    }),
    { numRuns: 300 },
  );
};

describe('whatever happens to a release', () => {
  test('nothing leads out of its end but a rollback by a person', () => {
    everyCourse((_, steps) => {
      for (const { before, command, transition } of steps) {
        if (!isOver(before)) continue;
        expect([command, transition.action]).toEqual(['rollback', 'rolled-back']);
      }
    });
  });

  test('what it serves falls only when it takes the new version back', () => {
    everyCourse((_, steps) => {
      let served = 0;
      for (const { transition } of steps) {
        if (transition.serve === undefined) continue;
        const { action, serve } = transition;
        // A person who moved the rule by hand and stops the release then leaves what they made.
        const least =
          action === 'rolled-back' || action === 'inconclusive' || action === 'stopped' ? 0 : served;
        expect(serve.share).toBeGreaterThanOrEqual(least);
        if (action === 'rolled-back' || action === 'inconclusive') expect(serve.share).toBe(0);
        served = serve.share;
      }
    });
  });

  test('stages come one after the other, and none begins in a freeze', () => {
    everyCourse((_, steps) => {
      for (const { before, seen, transition } of steps) {
        const { stage } = transition.state;
        if (stage === before.stage) continue;
        expect(stage).toBe(before.stage + 1);
        expect(seen.isFrozen).toBe(false);
      }
    });
  });

  test('a guard that tripped stays tripped, and no stage begins by itself on an alarm', () => {
    everyCourse((_, steps) => {
      for (const { before, seen, command, transition } of steps) {
        expect(transition.state.tripped).toEqual(expect.arrayContaining([...before.tripped]));
        const alarms = (seen.judgements ?? []).filter(
          ({ verdict, metric }) => verdict === 'tripped' && !before.accepted.includes(metric),
        );
        if (command === undefined && alarms.length > 0) expect(transition.action).not.toBe('advanced');
      }
    });
  });

  test('with too few listeners no guard lets a stage pass, and none trips', () => {
    everyCourse((plan, steps) => {
      for (const { before, seen, command, transition, readings } of steps) {
        if (command !== undefined || plan.guards.length === 0 || before.stage < 0) continue;
        if (readings.listeners.treatment >= 30 && seen.newestAt !== null) continue;
        expect(['advanced', 'completed']).not.toContain(transition.action);
        if (!(readings.listeners.treatment >= 30)) expect(transition.action).not.toBe('rolled-back');
      }
    });
  });

  test('a decision made again of the same leads nowhere else, and after it there is none', () => {
    everyCourse((plan, steps) => {
      for (const { before, seen, command, transition } of steps) {
        if (command !== undefined) continue;
        expect(decide(plan, watched(before, seen), seen)).toEqual(transition);
      }
    });
  });

  test('each decision comes out again from its record, through the database’s JSON', () => {
    everyCourse((plan, steps) => {
      for (const { before, seen, command, transition, readings } of steps) {
        const known = Number.isFinite(readings.listeners.treatment) ? readings : null;
        const record = decisionRecord(
          before,
          seen,
          known,
          transition,
          command === undefined ? undefined : { kind: command, by: 'Ana' },
        );
        const stored = recordSchema.parse(JSON.parse(JSON.stringify(record)));
        expect(replay(plan, stored)).toEqual({ outcome: 'same' });
      }
    });
  });
});
