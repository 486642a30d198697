import { describe, expect, test } from 'vitest';
import { simulateDurations } from '../../../support/simulation/durations.ts';
import { mostAllowed } from '../../../support/simulation/clopper-pearson.ts';
import { HARMLESS_RELEASES, simulateRelease } from '../../../support/simulation/ramp.ts';
import { createRandom, type Random } from '../../../../src/experiment/statistics/random.ts';

/** Seeded: the same releases at each run. `npm run bench:guard` has 2,000 of each kind. */
const count = (runs: number, seed: number, happens: (random: Random) => boolean): number => {
  let times = 0;
  for (let run = 0; run < runs; run += 1) if (happens(createRandom(seed * 1_000_003 + run))) times += 1;
  return times;
};

describe('releases without harm', () => {
  test.each(Object.entries(HARMLESS_RELEASES))('%s: at most 1 % are rolled back', (_, scenario) => {
    const runs = 50;
    expect(count(runs, 11, (random) => simulateRelease(random, scenario))).toBeLessThanOrEqual(
      mostAllowed(runs, 0.01),
    );
  });

  test('2,000 in stages, where few listeners have most errors', () => {
    const scenario = HARMLESS_RELEASES['stages, few listeners with most errors'];
    if (scenario === undefined) throw new Error('expected the scenario');
    expect(count(2_000, 12, (random) => simulateRelease(random, scenario))).toBeLessThanOrEqual(20);
  });
});

test('a release with five times the errors is rolled back', () => {
  const scenario = HARMLESS_RELEASES['stages 5-20-50-100 %'];
  if (scenario === undefined) throw new Error('expected the scenario');
  expect(count(50, 13, (random) => simulateRelease(random, { ...scenario, ratio: 5 }))).toBeGreaterThan(45);
});

describe('durations', () => {
  const alarms = (name: 'raw mean' | 'winsorised tilt' | 'share over 500 ms', runs: number): number =>
    count(runs, 14, (random) => simulateDurations(random, name, { slower: 1, listeners: 5_000 }) !== null);

  test('the raw mean is never a guard: a few time-outs in the small arm roll back more than 1 % of 1,000 harmless releases', () => {
    const raw = alarms('raw mean', 1_000);
    // So many would come of a true rate of 1 % in less than one run of a thousand.
    expect(raw).toBeGreaterThan(mostAllowed(1_000, 0.01));
  });

  test.each(['winsorised tilt', 'share over 500 ms'] as const)('%s holds on the same pages', (name) => {
    expect(alarms(name, 200)).toBeLessThanOrEqual(mostAllowed(200, 0.01));
  });

  test.each([
    ['winsorised tilt', 1.3, 250],
    ['share over 500 ms', 2, 80],
  ] as const)('%s finds pages %s times as slow', (name, slower, treatedAtMedian) => {
    const found = Array.from(
      { length: 100 },
      (_, run) =>
        simulateDurations(createRandom(15 * 1_000_003 + run), name, { slower, listeners: 20_000 }) ??
        Infinity,
    );
    expect(found.toSorted((a, b) => a - b)[50]).toBeLessThan(treatedAtMedian);
  });
});
