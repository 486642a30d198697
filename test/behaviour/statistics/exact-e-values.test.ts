import { describe, expect, test } from 'vitest';
import { eArmTilt } from '../../../src/experiment/statistics/e-arm-tilt.ts';
import {
  eEventsMixture,
  eEventsMixtureTotals,
  FALLING_RATIOS,
  RISING_RATIOS,
  TWO_SIDED_RATIOS,
} from '../../../src/experiment/statistics/e-events-mixture.ts';
import type { Arm, Outcome } from '../../../src/experiment/statistics/e-value.ts';
import {
  eTwoProportionsArrivals,
  UNIFORM_PRIOR,
} from '../../../src/experiment/statistics/e-two-proportions-arrivals.ts';
import { fc } from '../../support/seeded-fast-check.ts';

/** Every way in which chance may have given the arms to n units. */
const allArms = (n: number): readonly (readonly Arm[])[] =>
  n === 0
    ? [[]]
    : allArms(n - 1).flatMap((arms) => [
        [...arms, 0 as const],
        [...arms, 1 as const],
      ]);

const chanceOf = (arms: readonly Arm[], shares: readonly number[]): number =>
  arms.reduce<number>(
    (chance, arm, index) => chance * (arm === 1 ? (shares[index] ?? 0) : 1 - (shares[index] ?? 0)),
    1,
  );

/** The mean of an e-value over all that chance may do: exactly 1, whatever happened to the units. */
const meanE = (shares: readonly number[], eValue: (arms: readonly Arm[]) => number): number =>
  allArms(shares.length).reduce((sum, arms) => sum + chanceOf(arms, shares) * eValue(arms), 0);

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const shares = fc.array(share, { minLength: 1, maxLength: 8 });

describe('without an effect, the mean of the e-value over all assignments is 1', () => {
  test.each([
    ['rising', RISING_RATIOS],
    ['falling', FALLING_RATIOS],
    ['both', TWO_SIDED_RATIOS],
  ])('events, %s ratios', (_, ratios) => {
    fc.assert(
      fc.property(shares, (of) => {
        const e = (arms: readonly Arm[]): number =>
          eEventsMixture({ ...ratios, events: arms.map((arm, index) => [of[index] ?? 0, arm]) }).eValue;
        expect(meanE(of, e)).toBeCloseTo(1, 9);
      }),
    );
  });

  test('events with a margin, when the rate is exactly there', () => {
    fc.assert(
      fc.property(shares, fc.double({ min: 0, max: 2, noNaN: true }), (of, relativeMargin) => {
        // Given an event, the treatment is more likely by the margin.
        const given = of.map((p) => (p * (1 + relativeMargin)) / (1 + p * relativeMargin));
        const e = (arms: readonly Arm[]): number => {
          const events = arms.map((arm, index) => [of[index] ?? 0, arm] as const);
          return eEventsMixture({ ...RISING_RATIOS, relativeMargin, events }).eValue;
        };
        expect(meanE(given, e)).toBeCloseTo(1, 9);
      }),
    );
  });

  test('both outcomes of arrivals', () => {
    const outcomes = fc.array(fc.constantFrom<Outcome>(0, 1), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(outcomes, share, (of, treatmentShare) => {
        const e = (arms: readonly Arm[]): number =>
          eTwoProportionsArrivals({
            side: 'two-sided',
            share: treatmentShare,
            prior: UNIFORM_PRIOR,
            observations: arms.map((arm, index) => [arm, of[index] ?? 0]),
          }).eValue;
        expect(
          meanE(
            of.map(() => treatmentShare),
            e,
          ),
        ).toBeCloseTo(1, 9);
      }),
    );
  });

  test('durations of any kind', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, share, (of, treatmentShare) => {
        const e = (arms: readonly Arm[]): number =>
          eArmTilt({
            tilts: [0.125, 0.25, 0.5, 1],
            cap: 1_000,
            centre: 200,
            scale: 150,
            observations: arms.map((arm, index) => [treatmentShare, arm, of[index] ?? 0]),
          }).eValue;
        expect(
          meanE(
            of.map(() => treatmentShare),
            e,
          ),
        ).toBeCloseTo(1, 9);
      }),
    );
  });
});

/** Over all outcomes and arms at given rates. */
const meanOverOutcomes = (
  n: number,
  chanceOfOne: (arm: Arm, outcome: Outcome) => number,
  margin: number,
): number => {
  const both = allArms(n).flatMap((arms) => allArms(n).map((outcomes) => ({ arms, outcomes })));
  return both.reduce((sum, { arms, outcomes }) => {
    const observations = arms.map((arm, index) => [arm, outcomes[index] ?? 0] as const);
    const chance = observations.reduce((product, [arm, outcome]) => product * chanceOfOne(arm, outcome), 1);
    const test = {
      side: 'treatment-greater',
      absoluteMargin: margin,
      share: 0.3,
      prior: UNIFORM_PRIOR,
    } as const;
    return sum + chance * eTwoProportionsArrivals({ ...test, observations }).eValue;
  }, 0);
};

test.each([
  [0.2, 0.3, 0.1],
  [0.05, 0.15, 0.1],
  [0.4, 0.4, 0.05],
])(
  'arrivals with rates %s and %s and a margin of %s have a mean of at most 1',
  (control, treatment, margin) => {
    const chance = (arm: Arm, outcome: Outcome): number => {
      const rate = arm === 1 ? treatment : control;
      return (arm === 1 ? 0.3 : 0.7) * (outcome === 1 ? rate : 1 - rate);
    };
    expect(meanOverOutcomes(5, chance, margin)).toBeLessThanOrEqual(1 + 1e-9);
  },
);

describe('totals', () => {
  test('tell what the events told, in any order', () => {
    const event = fc.tuple(fc.constantFrom(0.05, 0.2, 0.5), fc.constantFrom<Arm>(0, 1));
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (events, relativeMargin) => {
          const classes = [0.5, 0.05, 0.2].map((of) => ({
            share: of,
            treatmentEvents: events.filter(([p, arm]) => p === of && arm === 1).length,
            controlEvents: events.filter(([p, arm]) => p === of && arm === 0).length,
          }));
          const mixture = { ...RISING_RATIOS, relativeMargin };
          const one = eEventsMixture({ ...mixture, events });
          expect(eEventsMixtureTotals({ ...mixture, classes }).logE).toBeCloseTo(one.logE, 9);
          expect(one.logEAfterEach.at(-1) ?? 0).toBeCloseTo(one.logE, 9);
        },
      ),
    );
  });

  test('at a share of 0 or 1 tell nothing', () => {
    const classes = [
      // Impossible ones included: a targeted listener, or a share that was read too late.
      { share: 0, treatmentEvents: 9, controlEvents: 9 },
      { share: 1, treatmentEvents: 99, controlEvents: 4 },
    ];
    expect(eEventsMixtureTotals({ ...RISING_RATIOS, classes }).logE).toBeCloseTo(0, 12);
    expect(
      eEventsMixture({
        ...RISING_RATIOS,
        events: [
          [0, 0],
          [1, 1],
        ],
      }).logEAfterEach,
    ).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)]);
  });

  test('an e-value beyond the doubles is the largest of them', () => {
    const classes = [{ share: 0.1, treatmentEvents: 5_000, controlEvents: 0 }];
    expect(eEventsMixtureTotals({ ...RISING_RATIOS, classes }).eValue).toBe(Number.MAX_VALUE);
  });
});
