import { fc } from '../support/seeded-fast-check.ts';
import { describe, expect, test } from 'vitest';
import { isWithin, launchDarklyBucket, shareAt, type RampPlan } from '../../src/evaluation/index.ts';
import { ask, flag, user } from './givens.ts';

const HOUR = 3_600_000;
const linear: RampPlan = { kind: 'linear', from: 0, to: 100_000, startsAt: HOUR, endsAt: 3 * HOUR };
const stepped: RampPlan = {
  kind: 'stepped',
  from: 1_000,
  steps: [
    { at: HOUR, share: 10_000 },
    { at: 2 * HOUR, share: 50_000 },
    { at: 2 * HOUR, share: 60_000 },
    { at: 3 * HOUR, share: 100_000 },
  ],
};

describe('a linear ramp', () => {
  test.each([
    [0, 0],
    [HOUR - 1, 0],
    [HOUR, 0],
    [1.5 * HOUR, 25_000],
    [2 * HOUR, 50_000],
    [3 * HOUR - 1, 100_000],
    [3 * HOUR, 100_000],
    [300 * HOUR, 100_000],
  ])('after %d ms is at a share of %d', (time, share) => {
    expect(shareAt(linear, time)).toBe(share);
  });

  test('without a duration jumps', () => {
    const jump: RampPlan = { kind: 'linear', from: 5_000, to: 50_000, startsAt: HOUR, endsAt: HOUR };
    expect([shareAt(jump, HOUR - 1), shareAt(jump, HOUR)]).toEqual([5_000, 50_000]);
  });

  test('never leaves 0 to 100 %', () => {
    const beyond: RampPlan = { kind: 'linear', from: -5_000, to: 150_000, startsAt: 0, endsAt: HOUR };
    expect([shareAt(beyond, 0), shareAt(beyond, HOUR)]).toEqual([0, 100_000]);
  });
});

test.each([
  [0, 1_000],
  [HOUR - 1, 1_000],
  [HOUR, 10_000],
  [2 * HOUR, 60_000],
  [3 * HOUR + 1, 100_000],
])('a stepped ramp after %d ms is at a share of %d', (time, share) => {
  expect(shareAt(stepped, time)).toBe(share);
});

const share = fc.nat({ max: 100_000 });
const plan: fc.Arbitrary<Extract<RampPlan, { kind: 'linear' }>> = fc
  .record({ from: share, to: share, startsAt: fc.nat(), duration: fc.nat() })
  .map(({ from, to, startsAt, duration }) => ({
    kind: 'linear',
    from,
    to,
    startsAt,
    endsAt: startsAt + duration,
  }));

describe('while time goes on', () => {
  test('a share goes one way only', () => {
    fc.assert(
      fc.property(plan, fc.nat(), fc.nat({ max: 2_000_000 }), (given, time, later) => {
        const [now, then] = [shareAt(given, time), shareAt(given, time + later)];
        expect(given.to >= given.from ? then >= now : then <= now).toBe(true);
        expect(Number.isInteger(now)).toBe(true);
        expect(now).toBeGreaterThanOrEqual(Math.min(given.from, given.to));
        expect(now).toBeLessThanOrEqual(Math.max(given.from, given.to));
      }),
    );
  });

  test('whoever is in stays in while the share rises, and the last in are the first out', () => {
    fc.assert(
      fc.property(
        share,
        share,
        fc.array(fc.string(), { minLength: 2, maxLength: 30 }),
        (one, other, keys) => {
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          const buckets = keys.map((key) => launchDarklyBucket('flag', 'salt', key));
          const inLow = buckets.filter((bucket) => isWithin(bucket, low));
          const lost = buckets.filter((bucket) => isWithin(bucket, high) && !isWithin(bucket, low));
          expect(inLow.every((bucket) => isWithin(bucket, high))).toBe(true);
          expect(Math.max(...inLow, -1)).toBeLessThan(Math.min(...lost, 2));
        },
      ),
    );
  });

  test('the flag that has the share as a weight says the same', () => {
    fc.assert(
      fc.property(share, fc.string({ minLength: 1 }), (weight, key) => {
        const variations = [
          { variation: 1, weight },
          { variation: 0, weight: 100_000 - weight },
        ];
        const { variationIndex } = ask(flag({ fallthrough: { rollout: { variations } } }), user(key));
        expect(variationIndex === 1).toBe(isWithin(launchDarklyBucket('flag', 'salt', key), weight));
      }),
    );
  });
});
