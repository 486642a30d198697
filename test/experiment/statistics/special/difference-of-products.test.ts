import { describe, expect, test } from 'vitest';
import { differenceOfProducts } from '../../../../src/experiment/statistics/special/difference-of-products.ts';
import { fc } from '../../../support/seeded-fast-check.ts';

describe('the difference of two products', () => {
  test('is exact for whole numbers whose products are not', () => {
    const whole = fc.maxSafeInteger();
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        // Nearly equal products, as in n Σx² − (Σx)².
        const exact = BigInt(a) * BigInt(b) - BigInt(c) * BigInt(b);
        expect(differenceOfProducts(a, b, c, b)).toBeCloseTo(
          Number(exact),
          -Math.log10(Math.abs(Number(exact)) + 1) + 14,
        );
      }),
    );
  });

  test('keeps what rounding would take', () => {
    const n = 94_906_267;
    expect(n * n - (n - 1) * (n + 1)).not.toBe(1);
    expect(differenceOfProducts(n, n, n - 1, n + 1)).toBe(1);
  });
});
