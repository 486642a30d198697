const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Below this the series is not exact to a double, and the recurrence ln Γ(x) = ln Γ(x + 1) − ln x moves up to it. */
const SERIES_FROM = 16;

/** What Stirling's formula leaves out of ln Γ(x), for x ≥ 16 (DLMF 5.11.1: Bernoulli numbers over 2k(2k − 1)x^(2k − 1)). */
function stirlingSeries(x: number): number {
  const y = 1 / (x * x);
  return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - (y * 691) / 360360))))) / x;
}

/**
 * ln Γ(x) for x > 0, by Stirling's series (DLMF 5.11.1).
 *
 * @example logGamma(5) // ln 24
 */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < SERIES_FROM; y += 1) shift += Math.log(y);
  return (y - 0.5) * Math.log(y) - y + HALF_LOG_TWO_PI + stirlingSeries(y) - shift;
}

/**
 * ln Γ(a + ½) − ln Γ(a) for a > 0. The difference of two values of {@link logGamma} would lose all digits for large a;
 * this is its own asymptotic series (DLMF 5.11.13 with the coefficients of the central binomial coefficient).
 */
export function logGammaHalfStep(a: number): number {
  let shift = 0;
  let b = a;
  for (; b < SERIES_FROM; b += 1) shift += Math.log1p(0.5 / b);
  const y = 1 / (b * b);
  const series =
    1 / 8 - y * (1 / 192 - y * (1 / 640 - y * (17 / 14336 - y * (31 / 18432 - (y * 691) / 180224))));
  return 0.5 * Math.log(b) - series / b - shift;
}

/** Up to here the terms are added one by one. */
const MAX_TERMS = 64;

/** ln Γ(x) less Stirling's leading terms. */
function stirlingRemainder(x: number): number {
  if (x >= SERIES_FROM) return stirlingSeries(x);
  return logGamma(x) - ((x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI);
}

/**
 * ln [ Γ(a + n) / (Γ(a) aⁿ) ] = Σ ln(1 + j / a), j from 0 to n − 1: what a rising factorial has more than the power.
 * Small where n is small beside √a, which the difference of two values of {@link logGamma} could not show.
 *
 * @param a more than 0
 * @param n a whole number from 0
 */
export function logRisingFactorialExcess(a: number, n: number): number {
  if (n <= MAX_TERMS) {
    let sum = 0;
    for (let j = 1; j < n; j += 1) sum += Math.log1p(j / a);
    return sum;
  }
  return (a + n - 0.5) * Math.log1p(n / a) - n + stirlingRemainder(a + n) - stirlingRemainder(a);
}
