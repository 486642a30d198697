import { describe, expect, test } from 'vitest';
import { chiSquareUpperTail } from '../../../../src/experiment/statistics/special/chi-square.ts';
import { relativeError } from './relative-error.ts';

/** Made with mpmath at 50 digits. */
const TAILS: readonly (readonly [chiSquare: number, df: number, p: number])[] = [
  [1e-6, 1, 0.9992021155721779],
  [0.1, 1, 0.7518296340458492],
  [1, 1, 0.3173105078629141],
  [3, 1, 0.0832645166635504],
  [9, 1, 0.002699796063260189],
  [40, 1, 2.539628589470865e-10],
  [200, 1, 2.088487583762545e-45],
  [1300, 1, 1.1303728441492743e-284],
  [1e-6, 3, 0.9999999997340385],
  [0.1, 3, 0.9918374237318764],
  [1, 3, 0.8012519569012008],
  [3, 3, 0.39162517627108895],
  [9, 3, 0.029290886534888233],
  [40, 3, 1.0655090334255861e-8],
  [200, 3, 4.2185411071920426e-43],
  [1300, 3, 1.4717437106980104e-281],
  [1e-6, 50, 1.0],
  [0.1, 50, 1.0],
  [1, 50, 1.0],
  [3, 50, 1.0],
  [9, 50, 0.999999999981499],
  [40, 50, 0.8432273781737623],
  [200, 50, 7.857610724654743e-20],
  [1300, 50, 2.767669108123469e-239],
];

describe('chi-square', () => {
  test.each(TAILS)('at least %s with %s degrees of freedom has the chance %s', (chiSquare, df, p) => {
    expect(relativeError(chiSquareUpperTail(chiSquare, df), p)).toBeLessThan(1e-11);
  });

  test('0 is reached for certain', () => {
    expect(chiSquareUpperTail(0, 3)).toBe(1);
  });
});
