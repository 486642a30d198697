const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** From here the continued fraction converges within its terms, and the series would cancel. */
const TAIL_FROM = 3;
const FRACTION_TERMS = 80;

const logDensity = (x: number): number => -0.5 * x * x - HALF_LOG_TWO_PI;

/** φ(x) / Q(x) for x ≥ 3: x + 1/(x + 2/(x + 3/…)), Laplace's continued fraction (DLMF 7.9.3). */
function inverseMillsRatio(x: number): number {
  let fraction = x;
  for (let k = FRACTION_TERMS; k >= 1; k -= 1) fraction = x + k / fraction;
  return fraction;
}

/** Φ(x) − ½ = φ(x) (x + x³/3 + x⁵/(3·5) + …), for |x| < 3 (Marsaglia, J. Stat. Software 11(4), 2004). */
function centralArea(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > Math.abs(sum) * 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum * Math.exp(logDensity(x));
}

/**
 * Φ(x), the standard normal distribution function; exact to about 1e-13 of its value down to 1e-308.
 *
 * @example normalCdf(0) // 0.5
 */
export function normalCdf(x: number): number {
  if (x <= -TAIL_FROM) return Math.exp(logDensity(x)) / inverseMillsRatio(-x);
  if (x >= TAIL_FROM) return 1 - normalCdf(-x);
  return 0.5 + centralArea(x);
}

/** ln Φ(x), finite where Φ(x) itself is below the smallest double. */
export function logNormalCdf(x: number): number {
  if (x <= -TAIL_FROM) return logDensity(x) - Math.log(inverseMillsRatio(-x));
  return x < 0 ? Math.log(normalCdf(x)) : Math.log1p(-normalCdf(-x));
}

/** The chance of a standard normal value at least as far from 0 as z, on either side. */
export const normalTwoSidedPValue = (z: number): number => Math.min(1, 2 * normalCdf(-Math.abs(z)));

/**
 * The x that a standard normal value exceeds with the chance `tail`, by Newton's method on the logarithm of the tail,
 * which is concave: from the right of the root no step passes it.
 *
 * @param tail in (0, 1)
 * @example normalUpperQuantile(0.025) // 1.9599…
 */
export function normalUpperQuantile(tail: number): number {
  if (tail > 0.5) return -normalUpperQuantile(1 - tail);
  const target = Math.log(tail);
  // Q(x) ≤ exp(−x²/2) puts the start on the right.
  let x = Math.sqrt(-2 * target);
  for (let step = 0; step < 50; step += 1) {
    const logTail = logNormalCdf(-x);
    const change = (logTail - target) * Math.exp(logTail - logDensity(x));
    x += change;
    if (Math.abs(change) <= 1e-15 * Math.max(1, x)) break;
  }
  return x;
}
