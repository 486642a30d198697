import { logGammaHalfStep } from './log-gamma.ts';
import { normalTwoSidedPValue, normalUpperQuantile } from './normal.ts';

/** From here Hill's expansion is exact to a double, and the continued fraction begins to lose digits. */
const EXPANSION_FROM = 10_000;

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return fraction;
}

/** ln of x^a y^b / B(a, b), where x + y = 1 and one of a and b is ½; the other is `df / 2`. */
function logBetaPower(df: number, logX: number, logY: number): number {
  const a = df / 2;
  return a * logX + 0.5 * logY + logGammaHalfStep(a) - 0.5 * Math.log(Math.PI);
}

/** Hill's normalising transformation of t (Communications of the ACM 13, 1970, algorithm 395). */
function equivalentNormal(t: number, df: number): number {
  const a = df - 0.5;
  const b = 48 * a * a;
  const y = a * Math.log1p((t * t) / df);
  const correction = (((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b) + y + 3;
  return (correction / b + 1) * Math.sqrt(y);
}

/**
 * The chance of a Student t value at least as far from 0 as t, on either side: I_x(df/2, ½) at x = df / (df + t²)
 * (DLMF 8.17.2 and Abramowitz, Stegun 26.7.1); for many degrees of freedom by Hill's expansion.
 *
 * @param df degrees of freedom, more than 0, not always whole
 * @example studentTwoSidedPValue(12.706, 1) // 0.05
 */
export function studentTwoSidedPValue(t: number, df: number): number {
  if (df >= EXPANSION_FROM) return normalTwoSidedPValue(equivalentNormal(t, df));
  const a = df / 2;
  const square = (t * t) / df;
  if (square === 0) return 1;
  const logX = -Math.log1p(square);
  const logY = -Math.log1p(1 / square);
  const power = Math.exp(logBetaPower(df, logX, logY));
  const x = Math.exp(logX);
  if (x < (a + 1) / (a + 2.5)) return Math.min(1, (power * betaFraction(x, a, 0.5)) / a);
  return Math.max(0, 1 - 2 * power * betaFraction(Math.exp(logY), 0.5, a));
}

/** Student's density at t (Abramowitz, Stegun 26.7). */
const logDensity = (t: number, df: number): number =>
  logGammaHalfStep(df / 2) - 0.5 * Math.log(df * Math.PI) - ((df + 1) / 2) * Math.log1p((t * t) / df);

/**
 * The t that a Student t value exceeds with the chance `tail`. Newton's method on the logarithm of the tail against
 * ln t, which is concave; its first step goes to the right of the root and no later step passes it.
 *
 * @param tail in (0, ½)
 * @param df degrees of freedom, more than 0
 */
export function studentUpperQuantile(tail: number, df: number): number {
  const target = Math.log(2 * tail);
  let logT = Math.log(normalUpperQuantile(tail));
  for (let step = 0; step < 100; step += 1) {
    const t = Math.exp(logT);
    const p = studentTwoSidedPValue(t, df);
    const change = ((Math.log(p) - target) * p) / (2 * Math.exp(logDensity(t, df)) * t);
    logT += change;
    if (Math.abs(change) <= 1e-14) break;
  }
  return Math.exp(logT);
}
