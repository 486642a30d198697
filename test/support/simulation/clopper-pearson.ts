import { findRoot } from '../../../src/experiment/statistics/special/find-root.ts';
import { logGamma } from '../../../src/experiment/statistics/special/log-gamma.ts';

const logBinomial = (n: number, k: number, p: number): number =>
  logGamma(n + 1) -
  logGamma(k + 1) -
  logGamma(n - k + 1) +
  (k === 0 ? 0 : k * Math.log(p)) +
  (k === n ? 0 : (n - k) * Math.log1p(-p));

/** The chance of at most k successes among n. */
export function binomialCdf(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = 0; i <= k; i += 1) sum += Math.exp(logBinomial(n, i, p));
  return Math.min(1, sum);
}

/** The exact interval for a rate of which k among n were seen (Clopper, Pearson 1934), 95 %. */
export function clopperPearson(k: number, n: number): { readonly lower: number; readonly upper: number } {
  const lower = k === 0 ? 0 : findRoot((p) => 1 - binomialCdf(k - 1, n, p) - 0.025, 0, 1);
  const upper = k === n ? 1 : findRoot((p) => 0.025 - binomialCdf(k, n, p), 0, 1);
  return { lower, upper };
}

/**
 * The most alarms among `runs` that a true rate of at most `rate` makes with a chance of 99.9 %: what a test may demand
 * without failing by its seed.
 */
export function mostAllowed(runs: number, rate: number): number {
  let k = 0;
  while (binomialCdf(k, runs, rate) < 0.999) k += 1;
  return k;
}
