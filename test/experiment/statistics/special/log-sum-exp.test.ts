import { describe, expect, test } from 'vitest';
import { logSumExp } from '../../../../src/experiment/statistics/special/log-sum-exp.ts';

describe('the logarithm of a sum of exponentials', () => {
  test.each([
    [[0, 0], Math.LN2],
    [[1_000, 1_000], 1_000 + Math.LN2],
    [[-1_000, -Infinity], -1_000],
    [[], -Infinity],
    [[-Infinity], -Infinity],
  ])('of %j is %s', (logs, sum) => {
    expect(logSumExp(logs)).toBe(sum);
  });
});
