import type { Random } from '../../../src/experiment/statistics/random.ts';

/** Standard normal (Box, Muller 1958; one of the two). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/** Gamma with scale 1 (Marsaglia, Tsang 2000). */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Beta with the given mean; the smaller `shape`, the more listeners differ from each other. */
export function betaWithMean(random: Random, mean: number, shape: number): number {
  const x = gamma(random, shape);
  const y = gamma(random, (shape * (1 - mean)) / mean);
  return x + y === 0 ? mean : x / (x + y);
}

/** Poisson, for small means (Knuth). */
export function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  for (; product > limit; count += 1) product *= random();
  return count;
}
