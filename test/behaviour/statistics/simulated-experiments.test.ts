import { describe, expect, test } from 'vitest';
import { mostAllowed } from '../../support/simulation/clopper-pearson.ts';
import { simulateCuped } from '../../support/simulation/covariate.ts';
import { METRIC_MODELS, simulateAa, simulatePhases } from '../../support/simulation/experiments.ts';
import { createRandom } from '../../../src/experiment/statistics/random.ts';
import { simulateSampleRatio } from '../../support/simulation/sample-ratio.ts';

/** Seeded: the same experiments at each run. `npm run bench:experiments` has 2,000 of each kind, and larger ones. */
const count = (runs: number, seed: number, happens: (random: () => number) => boolean): number => {
  let times = 0;
  for (let run = 0; run < runs; run += 1) if (happens(createRandom(seed * 1_000_003 + run))) times += 1;
  return times;
};

const CHEAP = Object.entries(METRIC_MODELS).filter(([, { kind }]) => kind === 'proportion');
const DRAWN = Object.entries(METRIC_MODELS).filter(([, { kind }]) => kind !== 'proportion');
const cells = (models: typeof CHEAP, runs: number, units: number) =>
  models.flatMap(([metric, model]) => [0.5, 0.1].map((share) => ({ metric, model, share, runs, units })));

describe('A/A experiments, looked at after every batch', () => {
  test.each([...cells(CHEAP, 2_000, 3_000), ...cells(DRAWN, 200, 6_000)])(
    '$metric, treatment share $share: an effect is found in at most 5 %',
    ({ model, share, runs, units }) => {
      const found = count(runs, 1, (random) => simulateAa(random, model, { share, batch: 150, units }).shown);
      expect(found).toBeLessThanOrEqual(mostAllowed(runs, 0.05));
    },
  );

  test('in three phases of a drifting rate: the phases combined hold, their totals pooled do not', () => {
    const combined = count(500, 2, (random) => simulatePhases(random, 3_000).combined);
    const pooled = count(100, 2, (random) => simulatePhases(random, 3_000).pooled);
    expect(combined).toBeLessThanOrEqual(mostAllowed(500, 0.05));
    expect(pooled).toBeGreaterThan(80);
  });
});

describe('the sample ratio, planned 50/50 and tested every 500 listeners', () => {
  test('is found wrong in at most 1 % of 2,000 healthy experiments', () => {
    const found = count(2_000, 3, (random) => simulateSampleRatio(random, 0.5, 100_000) !== null);
    expect(found).toBeLessThanOrEqual(20);
  });

  test.each([
    [0.51, 100_000],
    [0.505, 200_000],
  ])('of %s is found by %s listeners in at least 80 %', (share, listeners) => {
    const found = count(300, 4, (random) => simulateSampleRatio(random, share, listeners) !== null);
    expect(found / 300).toBeGreaterThanOrEqual(0.8);
  });
});

describe('CUPED', () => {
  test('with a correlation of 0.7 leaves at most 0.52 of the variance', () => {
    const { estimated, actual } = simulateCuped(createRandom(5), {
      runs: 2_000,
      unitsPerArm: 200,
      correlation: 0.7,
    });
    expect(estimated).toBeLessThanOrEqual(0.52);
    // 2,000 squared differences tell about 3 % of their mean.
    expect(actual).toBeLessThanOrEqual(0.56);
  });

  test('with a useless covariate costs less than 2 %', () => {
    const { estimated, actual } = simulateCuped(createRandom(6), {
      runs: 1_000,
      unitsPerArm: 200,
      correlation: 0,
    });
    expect([estimated, actual].every((ratio) => Math.abs(ratio - 1) < 0.02)).toBe(true);
  });
});
