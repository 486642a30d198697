import { describe, expect, test } from 'vitest';
import {
  logNormalCdf,
  normalCdf,
  normalTwoSidedPValue,
  normalUpperQuantile,
} from '../../../../src/experiment/statistics/special/normal.ts';
import { relativeError } from './relative-error.ts';

/** Made with mpmath at 50 digits. */
const CDF: readonly (readonly [x: number, cdf: number, logCdf: number])[] = [
  [-37.5, 4.605353009581955e-308, -707.6689893175072],
  [-20, 2.7536241186062337e-89, -203.91715537109727],
  [-8, 6.220960574271784e-16, -35.01343715991455],
  [-5, 2.866515718791939e-7, -15.064998393988725],
  [-3.5, 0.00023262907903552504, -8.366065308344092],
  [-3.0, 0.0013498980316300946, -6.607726221510349],
  [-2.999, 0.0013543365337271062, -6.6044435875705805],
  [-2, 0.02275013194817921, -3.783184333682032],
  [-1.5, 0.06680720126885807, -2.7059444008238898],
  [-1, 0.15865525393145705, -1.8410216450092636],
  [-0.3, 0.3820885778110474, -0.9621028181688507],
  [0, 0.5, -Math.LN2],
  [0.2, 0.579259709439103, -0.5460043537227741],
  [1, 0.8413447460685429, -0.17275377902344988],
  [2.5, 0.9937903346742238, -0.006229025485860002],
  [4, 0.9999683287581669, -3.167174337748927e-5],
];

/** Made with mpmath at 50 digits. */
const QUANTILES: readonly (readonly [tail: number, x: number])[] = [
  [0.5, 0.0],
  [0.4, 0.2533471031357997],
  [0.2, 0.8416212335729142],
  [0.05, 1.6448536269514726],
  [0.025, 1.9599639845400543],
  [0.005, 2.575829303548901],
  [1e-6, 4.753424308822899],
  [1e-20, 9.262340089798407],
  [1e-100, 21.273453560965326],
  [1e-300, 37.0470962993612],
];

describe('the normal distribution', () => {
  test.each(CDF)('Φ(%s) and its logarithm have nine right digits, far out too', (x, cdf, logCdf) => {
    expect(relativeError(normalCdf(x), cdf)).toBeLessThan(1e-12);
    expect(relativeError(logNormalCdf(x), logCdf)).toBeLessThan(1e-12);
  });

  test('the logarithm stays finite where the chance itself vanishes', () => {
    expect(normalCdf(-100)).toBe(0);
    expect(relativeError(logNormalCdf(-100), -5005.524208693742)).toBeLessThan(1e-12);
  });

  test.each(QUANTILES)('the chance %s is exceeded at %s', (tail, x) => {
    expect(normalUpperQuantile(tail)).toBeCloseTo(x, 12);
  });

  test('a chance above one half is the mirror image', () => {
    expect(normalUpperQuantile(0.8)).toBeCloseTo(-normalUpperQuantile(0.2), 14);
  });

  test('a two-sided p-value is at most 1', () => {
    expect([normalTwoSidedPValue(0), normalTwoSidedPValue(1.959963984540054)]).toEqual([
      1,
      expect.closeTo(0.05, 14),
    ]);
  });
});
