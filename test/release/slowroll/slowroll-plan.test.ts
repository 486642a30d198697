import { describe, expect, test } from 'vitest';
import { readSlowrollDocument } from '../../../src/shared/slowroll-document/document.ts';
import { slowrollPlan } from '../../../src/release/slowroll/slowroll-plan.ts';

const entry = { stable: 'old', new: 'learned', end_time: '2030-05-11 12:00Z', duration: '10d' };
const START = Date.parse('2030-05-01T12:00:00Z');
const DAY = 86_400_000;

function planOf(fields: object, now: number) {
  const { document, findings } = readSlowrollDocument({ search: { ranking: { ...entry, ...fields } } });
  expect(findings).toEqual([]);
  const { flag, plan } = slowrollPlan('search.ranking', document.get('search')!.get('ranking')!, now, []);
  const served = flag.fallthrough.rollout!.variations[0]!.weight;
  return { flag, plan, served };
}

describe('an entry of slowroll becomes', () => {
  test('a ramp of the same length that starts at its time, with early adopters as targets', () => {
    const { flag, plan, served } = planOf({ early_adopters: ['ana'], end_pct: 80 }, START - DAY);
    expect(plan).toMatchObject({
      from: 1,
      to: 0,
      start: '2030-05-01T12:00:00.000Z',
      ramp: { duration: `${10 * DAY}ms`, startShare: 0, endShare: 80 },
    });
    expect(flag).toMatchObject({
      variations: ['learned', 'old'],
      targets: [{ variation: 0, values: ['ana'] }],
    });
    expect(served).toBe(0);
  });

  test('what is left of one that is under way, from the share that it has', () => {
    const { plan, served } = planOf({}, START + 4 * DAY);
    expect(served).toBe(40_000);
    expect(plan).toMatchObject({
      start: 'now',
      ramp: { duration: `${6 * DAY}ms`, startShare: 40, endShare: 100 },
    });
  });

  test.each([
    ['a flag alone where its time is over', {}, 100_000],
    ['a flag that serves what it ended with', { end_pct: 30 }, 30_000],
    ['a flag that serves the old value where it was rolled back', { rollback: true }, 0],
  ])('%s', (_, fields, expected) => {
    const { plan, served } = planOf(fields, START + 11 * DAY);
    expect(plan).toBeUndefined();
    expect(served).toBe(expected);
  });

  test('a release of the old value where it counts down', () => {
    const { plan, served } = planOf({ rollback: true, start_pct: 60 }, START + 5 * DAY);
    expect(served).toBe(30_000);
    expect(plan).toMatchObject({ from: 0, to: 1, ramp: { startShare: 70, endShare: 100 } });
    const before = planOf({ rollback: true, start_pct: 60 }, START - DAY);
    expect(before.served).toBe(60_000);
    expect(before.plan).toMatchObject({ ramp: { startShare: 40, endShare: 100 } });
  });

  test('one stage where it happens at once', () => {
    const { plan } = planOf({ duration: '' }, START);
    expect(plan).toMatchObject({ stages: [{ share: 100, hold: '0s' }], start: '2030-05-11T12:00:00.000Z' });
  });
});
