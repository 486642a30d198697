import { logGamma } from './log-gamma.ts';

/** 1 − P(a, x), P by its power series (DLMF 8.11.4); for x < a + 1, where it converges fast. */
function upperBySeries(a: number, x: number, logFactor: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-17; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return 1 - sum * Math.exp(logFactor);
}

/** Q(a, x) by its continued fraction (DLMF 8.9.2), with Lentz's method. */
function upperByFraction(a: number, x: number, logFactor: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n += 1) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return fraction * Math.exp(logFactor);
}

/**
 * The chance that a chi-square value is at least as large: the upper incomplete gamma function Q(df/2, x/2)
 * (Abramowitz, Stegun 26.4.19); its far tail is exact down to 1e-300.
 *
 * @param chiSquare at least 0
 * @param df degrees of freedom, at least 1
 * @example chiSquareUpperTail(3.841, 1) // 0.05
 */
export function chiSquareUpperTail(chiSquare: number, df: number): number {
  if (chiSquare <= 0) return 1;
  const a = df / 2;
  const x = chiSquare / 2;
  const logFactor = a * Math.log(x) - x - logGamma(a);
  return x < a + 1 ? upperBySeries(a, x, logFactor) : upperByFraction(a, x, logFactor);
}
