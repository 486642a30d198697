import { describe, expect, test } from 'vitest';
import {
  assignmentProbability,
  historyAfter,
  type ListenerHistory,
} from '../../../../src/experiment/statistics/guard/assignment-probability.ts';

const NEVER: ListenerHistory = { kind: 'never-counted' };
const control = (share: number): ListenerHistory => ({ kind: 'counted-as-control', share });

describe('the one analysis rule', () => {
  test.each([
    ['never counted: the share', NEVER, 20_000, 0.2],
    ['control before: what is left of the share', control(5_000), 20_000, 15 / 95],
    ['control before, half of the rest', control(50_000), 75_000, 0.5],
  ])('%s', (_, history, share, probability) => {
    expect(assignmentProbability(history, share)).toMatchObject({
      kind: 'counts',
      probability: expect.closeTo(probability, 15),
    });
  });

  test.each([
    ['treatment before', { kind: 'counted-as-treatment' } as const, 50_000],
    ['control before at this share', control(20_000), 20_000],
    ['control before at a larger share, by a stale version of the flag', control(20_000), 5_000],
    ['no listener is in treatment', NEVER, 0],
    ['every listener is in treatment', NEVER, 100_000],
    ['control before, and now every listener is in treatment', control(50_000), 100_000],
  ])('%s: the event tells nothing', (_, history, share) => {
    expect(assignmentProbability(history, share)).toEqual({ kind: 'tells-nothing' });
  });

  test('a control listener is known to be above the largest share at which they were control', () => {
    const stages: readonly number[] = [5_000, 20_000, 10_000];
    expect(
      stages.reduce<ListenerHistory>((history, share) => historyAfter(history, 'control', share), NEVER),
    ).toEqual(control(20_000));
  });

  test('a treated listener stays counted as treatment', () => {
    const treated = historyAfter(control(5_000), 'treatment', 20_000);
    expect([treated, historyAfter(treated, 'control', 50_000)]).toEqual([
      { kind: 'counted-as-treatment' },
      { kind: 'counted-as-treatment' },
    ]);
  });

  test('by enumeration of buckets, it is the chance of treatment among those not yet excluded', () => {
    const buckets = Array.from({ length: 1_000 }, (_, bucket) => bucket * 100);
    const left = buckets.filter((bucket) => bucket >= 20_000);
    const treated = left.filter((bucket) => bucket < 45_000);
    expect(assignmentProbability(control(20_000), 45_000)).toMatchObject({
      probability: expect.closeTo(treated.length / left.length, 12),
    });
  });
});
