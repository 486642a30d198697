import { expect, test } from 'vitest';
import { detection } from '../../../bench/guard/cells.ts';

/** The same runs as in `npm run bench:guard`, which has all effects, shares and rivals. */
test('from 1 to 5 % at a share of 10 %: within 1.5 times of Wald at the median, 1.9 times with three guards', () => {
  const stream = { share: 0.1, baseRate: 0.01, treatedRate: 0.05, batch: 10, horizon: 60_000 };
  const names = ['E-process (events mixture)', 'E-process, three guards'] as const;
  const found = detection({ label: '1 -> 5 %', stream, runs: 1_000, seed: 202 }, () => {}, names);
  const [one, three] = names.map((name) => (found.medians[name] ?? Infinity) / (found.waldMedian ?? 0));
  expect(one).toBeLessThanOrEqual(1.5);
  expect(three).toBeLessThanOrEqual(1.9);
});
