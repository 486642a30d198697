import { logGamma } from './special/log-gamma.ts';

/** A number in (0, 1). */
export type Random = () => number;

/**
 * A small generator with a seed: sfc32 (Doty-Humphrey, PractRand), 53 bits for each number. 0 does not come, so that
 * logarithms are safe.
 */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  for (let warmUp = 0; warmUp < 16; warmUp += 1) next();
  return () => (next() * 2 ** 21 + (next() >>> 11) + 0.5) / 2 ** 53;
}

/** Below this many expected successes their distances are drawn one by one. */
const MANY = 12;

const logChoose = (n: number, k: number): number => -logGamma(k + 1) - logGamma(n - k + 1);

/** How many of n, each with chance p: by the distances between successes (Devroye 1986), or Hörmann's BTRS (1993). */
export function binomial(random: Random, n: number, p: number): number {
  if (n === 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(random, n, 1 - p);
  return n * p < MANY ? byDistances(random, n, p) : byRejection(random, n, p);
}

function byDistances(random: Random, n: number, p: number): number {
  const logFailure = Math.log1p(-p);
  let place = 0;
  for (let successes = 0; ; successes += 1) {
    place += Math.floor(Math.log(random()) / logFailure) + 1;
    if (place > n) return successes;
  }
}

function byRejection(random: Random, n: number, p: number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + n * p + 0.5);
    if (k < 0 || k > n) continue;
    if (edge >= 0.07 && v <= 0.92 - 4.2 / b) return k;
    const logRatio = logChoose(n, k) - logChoose(n, mode) + (k - mode) * Math.log(p / (1 - p));
    if (Math.log((v * alpha) / (a / (edge * edge) + b)) <= logRatio) return k;
  }
}
