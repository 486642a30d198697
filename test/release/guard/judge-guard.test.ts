import { describe, expect, test } from 'vitest';
import type { SeriesTotals } from '../../../src/release/guard/guard-reading.ts';
import { evidenceOf, judgeGuard } from '../../../src/release/guard/judge-guard.ts';
import type { Guard } from '../../../src/release/plan/release-plan.ts';
import { guardOf } from '../../support/release-machine.ts';

const events = (treatmentEvents: number, controlEvents: number): SeriesTotals => ({
  kind: 'events',
  classes: [{ share: 10_000, controlAtShare: 0, treatmentEvents, controlEvents }],
});
const values = (logE: number, treatmentValues: number): SeriesTotals => ({
  kind: 'values',
  scale: { cap: 10, centre: 1, scale: 1 },
  logEPerTilt: [logE, logE, logE, logE],
  treatmentValues,
  controlValues: 9 * treatmentValues,
});
const outcomes = (logE: number, judged: number): SeriesTotals => ({
  kind: 'outcomes',
  logE,
  counts: {
    treatmentSuccess: judged,
    treatmentFailure: 0,
    controlSuccess: 0,
    controlFailure: 9 * judged,
  },
});
const ERRORS = guardOf('playlist-error');
const SHIFT = guardOf('page-duration-shift');
const PLAYS = guardOf('play');

const judged = (guard: Guard, series: SeriesTotals, treatment: number, guards = [guard]) =>
  judgeGuard(guard, series, { listeners: { treatment, control: 9 * treatment } }, { alpha: 0.01, guards });

describe('a guard', () => {
  test.each<[string, Guard, SeriesTotals, number, string]>([
    ['trips on four treated errors at a share of 10 %', ERRORS, events(4, 0), 40, 'tripped'],
    ['passes on three', ERRORS, events(3, 0), 40, 'passes'],
    ['says nothing of 29 listeners, even when all of them failed', ERRORS, events(29, 0), 29, 'too-few'],
    ['says nothing of 29 listeners without an error either', ERRORS, events(0, 0), 29, 'too-few'],
    ['trips at the 30th', ERRORS, events(29, 0), 30, 'tripped'],
    ['of plays trips when they are missing in treatment', PLAYS, events(0, 200), 100, 'tripped'],
    ['of plays passes when there are more of them', PLAYS, events(100, 200), 100, 'passes'],
    ['of values trips on their evidence', SHIFT, values(5, 100), 100, 'tripped'],
    ['of values says nothing where few were measured', SHIFT, values(5, 29), 100, 'too-few'],
    [
      'of values says nothing before there is a scale',
      SHIFT,
      { kind: 'values', scale: null, logEPerTilt: [0, 0, 0, 0], treatmentValues: 0, controlValues: 0 },
      100,
      'too-few',
    ],
    ['of outcomes counts those whose time is over', ERRORS, outcomes(5, 29), 100, 'too-few'],
    ['of outcomes trips on their evidence', ERRORS, outcomes(5, 30), 100, 'tripped'],
  ])('%s', (_, guard, series, treatment, verdict) => {
    expect(judged(guard, series, treatment).verdict).toBe(verdict);
  });

  test('of three needs three times the evidence', () => {
    const alone = judged(ERRORS, events(10, 20), 300);
    const ofThree = judged(ERRORS, events(10, 20), 300, [ERRORS, SHIFT, PLAYS]);
    expect(ofThree.logE).toBe(alone.logE);
    expect(evidenceOf(alone).threshold).toBe(100);
    expect(evidenceOf(ofThree).threshold).toBe(300);
    expect([alone.verdict, ofThree.verdict]).toEqual(['tripped', 'passes']);
  });

  test('with a margin allows what is within it', () => {
    const margin = { kind: 'relative', part: 1 } as const;
    const many = events(200, 1_200);
    expect(judged(ERRORS, many, 10_000).verdict).toBe('tripped');
    expect(judged({ ...ERRORS, margin }, many, 10_000).verdict).toBe('passes');
  });

  test('with a minimum of its own waits for that', () => {
    expect(judged({ ...ERRORS, minimumListeners: 60 }, events(59, 0), 59).verdict).toBe('too-few');
    expect(judged({ ...ERRORS, minimumListeners: 5 }, events(5, 0), 5).verdict).toBe('tripped');
  });
});
