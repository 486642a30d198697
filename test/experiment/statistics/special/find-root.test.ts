import { describe, expect, test } from 'vitest';
import { findRoot } from '../../../../src/experiment/statistics/special/find-root.ts';

describe('a root', () => {
  test('is found to the last digit', () => {
    expect(findRoot((x) => x * x - 2, 0, 2)).toBeCloseTo(Math.SQRT2, 15);
  });

  test('is the nearer end where the function does not pass 0', () => {
    expect([findRoot(() => 1, 3, 4), findRoot(() => -1, 3, 4)]).toEqual([
      expect.closeTo(3, 12),
      expect.closeTo(4, 12),
    ]);
  });
});
