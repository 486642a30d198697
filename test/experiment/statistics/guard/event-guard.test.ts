import { describe, expect, test } from 'vitest';
import { FALLING_RATIOS, RISING_RATIOS } from '../../../../src/experiment/statistics/e-events-mixture.ts';
import type { EventGuardSettings } from '../../../../src/experiment/statistics/guard/event-evidence.ts';
import { judgeEventGuard } from '../../../../src/experiment/statistics/guard/event-guard.ts';
import { countGuardEvent } from '../../../../src/experiment/statistics/guard/guard-events.ts';
import { ratioBound } from '../../../../src/experiment/statistics/guard/ratio-bound.ts';
import type { ShareClassCounts } from '../../../../src/experiment/statistics/guard/share-class.ts';
import { smallestVisibleRatio } from '../../../../src/experiment/statistics/guard/smallest-visible-ratio.ts';
import { fc } from '../../../support/seeded-fast-check.ts';

const SETTINGS: EventGuardSettings = {
  ...RISING_RATIOS,
  harm: 'more-events',
  alpha: 0.01,
  guards: 1,
  relativeMargin: 0,
};
const counts = (
  share: number,
  treatmentEvents: number,
  controlEvents: number,
): readonly ShareClassCounts[] => [{ share, controlAtShare: 0, treatmentEvents, controlEvents }];

describe('an event guard', () => {
  test('trips after four treated failures at a share of 10 %, once there are 30 listeners', () => {
    expect(judgeEventGuard(counts(10_000, 4, 0), 40, SETTINGS).kind).toBe('tripped');
    expect(judgeEventGuard(counts(10_000, 3, 0), 40, SETTINGS).kind).toBe('not-tripped');
  });

  test('with fewer than the minimum listeners neither passes nor fails, even when all of them failed', () => {
    const verdict = judgeEventGuard(counts(10_000, 29, 0), 29, SETTINGS);
    expect(verdict).toMatchObject({ kind: 'not-enough-data', missingListeners: 1 });
    expect(verdict.evidence.logE).toBeGreaterThan(verdict.evidence.logThreshold);
    expect(judgeEventGuard(counts(10_000, 29, 0), 59, SETTINGS, 60).kind).toBe('not-enough-data');
  });

  test('of three needs three times the evidence', () => {
    expect(judgeEventGuard(counts(10_000, 10, 20), 300, SETTINGS).kind).toBe('tripped');
    expect(judgeEventGuard(counts(10_000, 10, 20), 300, { ...SETTINGS, guards: 3 })).toMatchObject({
      kind: 'not-tripped',
      evidence: { logThreshold: Math.log(300) },
    });
  });

  test('with a margin allows what is within it', () => {
    const many = counts(10_000, 200, 1_200);
    expect(judgeEventGuard(many, 1e5, SETTINGS).kind).toBe('tripped');
    expect(judgeEventGuard(many, 1e5, { ...SETTINGS, relativeMargin: 1 }).kind).toBe('not-tripped');
  });

  test('also for an outcome that must not become rarer', () => {
    const fewer: EventGuardSettings = { ...SETTINGS, ...FALLING_RATIOS, harm: 'fewer-events' };
    const plays = counts(50_000, 100, 200);
    const verdict = judgeEventGuard(plays, 1e4, fewer);
    expect(verdict.kind).toBe('tripped');
    // As if the arms had been swapped.
    const mirrored = judgeEventGuard(counts(50_000, 200, 100), 1e4, SETTINGS).evidence;
    expect(verdict.evidence.logE).toBeCloseTo(mirrored.logE, 9);
    expect(verdict.evidence.ratioBound).toBeCloseTo(1 / (mirrored.ratioBound ?? 0), 9);
    expect(judgeEventGuard(plays, 1e4, { ...fewer, relativeMargin: 0.5 }).kind).toBe('not-tripped');
  });

  test('gives the same numbers in whatever order the classes come', () => {
    const classes = [...counts(20_000, 7, 30), ...counts(5_000, 2, 31), ...counts(50_000, 9, 12)];
    expect(judgeEventGuard(classes.toReversed(), 1_000, SETTINGS)).toEqual(
      judgeEventGuard(classes, 1_000, SETTINGS),
    );
  });

  test('without an event has an e-value of 1 and no bound', () => {
    expect(judgeEventGuard([], 1_000, SETTINGS)).toMatchObject({
      kind: 'not-tripped',
      smallestVisibleRatio: null,
      evidence: { logE: expect.closeTo(0, 12), ratioBound: null, treatmentEvents: 0, controlEvents: 0 },
    });
  });
});

describe('the totals of a guard', () => {
  test('count events by class and arm, in fixed order', () => {
    const late = { share: 20_000, controlAtShare: 5_000 };
    const early = { share: 20_000, controlAtShare: 0 };
    const events = [late, early, early, late] as const;
    const totals = events.reduce<readonly ShareClassCounts[]>(
      (state, of, index) => countGuardEvent(state, of, index === 1 ? 'treatment' : 'control'),
      [],
    );
    expect(totals).toEqual([
      { ...early, treatmentEvents: 1, controlEvents: 1 },
      { ...late, treatmentEvents: 0, controlEvents: 2 },
    ]);
  });
});

describe('the bound of the ratio', () => {
  test('is at the margin at which the guard would just trip', () => {
    const treatmentEvents = fc.integer({ min: 5, max: 400 });
    fc.assert(
      fc.property(treatmentEvents, fc.integer({ min: 0, max: 2_000 }), (treated, control) => {
        const bound = ratioBound(counts(10_000, treated, control), SETTINGS);
        fc.pre(bound !== null && bound > 1e-3 && bound < 1e3);
        const at = (ratio: number): number =>
          judgeEventGuard(counts(10_000, treated, control), 1e6, { ...SETTINGS, relativeMargin: ratio - 1 })
            .evidence.logE;
        expect(at(bound ?? 1)).toBeCloseTo(Math.log(100), 6);
      }),
    );
  });

  test('is above 1 exactly where the guard has tripped', () => {
    expect(ratioBound(counts(10_000, 12, 20), SETTINGS)).toBeGreaterThan(1);
    expect(ratioBound(counts(10_000, 5, 20), SETTINGS)).toBeLessThan(1);
  });
});

describe('the smallest visible ratio', () => {
  // As simulated: the power there is 77 to 83 %.
  test.each([
    [10_000, 20, 5.58],
    [10_000, 100, 2.67],
    [10_000, 1_000, 1.46],
    [25_000, 50, 2.51],
    [50_000, 50, 2.04],
    [5_000, 300, 2.3],
  ])('at share %s per 100,000 with %s control events is %s', (share, controlEvents, ratio) => {
    expect(smallestVisibleRatio(counts(share, 0, controlEvents), SETTINGS)).toBeCloseTo(ratio, 2);
  });

  test('is above the margin, and below 1 where fewer events are harm', () => {
    const totals = counts(10_000, 0, 1_000);
    expect(smallestVisibleRatio(totals, { ...SETTINGS, relativeMargin: 0.5 })).toBeGreaterThan(1.5);
    const fewer = smallestVisibleRatio(totals, { ...SETTINGS, harm: 'fewer-events', relativeMargin: 0.1 });
    expect(fewer).toBeLessThan(0.9);
    expect(fewer).toBeGreaterThan(0.3);
  });
});
