import type { ArmStatistic, MeanSums, ProportionSums, RatioSums, TwoArms } from './sample.ts';
import { differenceOfProducts } from './special/difference-of-products.ts';

/** Beside the sums that it comes from, a smaller spread is what rounding left: every value was the same. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * The variance of n values (over n − 1), or their covariance, from running totals. 0 below two values.
 *
 * @param sum of the one, `otherSum` of the other; the same for a variance
 */
export function covariance(n: number, sum: number, otherSum: number, sumOfProducts: number): number {
  if (n < 2) return 0;
  const scaled = differenceOfProducts(n, sumOfProducts, sum, otherSum);
  return Math.abs(scaled) <= ROUNDING * Math.abs(n * sumOfProducts) ? 0 : scaled / (n * (n - 1));
}

export const variance = (n: number, sum: number, sumOfSquares: number): number =>
  Math.max(0, covariance(n, sum, sum, sumOfSquares));

/** p (1 − p), without n − 1, as gbstats has it. An empty arm has the mean 0. */
export function proportionStatistic({ n, successes }: ProportionSums): ArmStatistic {
  const mean = n === 0 ? 0 : successes / n;
  return { n, mean, variance: n === 0 ? 0 : mean * ((n - successes) / n) };
}

export const meanStatistic = ({ n, sum, sumOfSquares }: MeanSums): ArmStatistic => ({
  n,
  mean: n === 0 ? 0 : sum / n,
  variance: variance(n, sum, sumOfSquares),
});

/**
 * The ratio of two sums, with the variance of the linearised ratio (delta method; Deng, Knoblich, Lu, KDD 2018,
 * arXiv:1803.06336), so that the requests of one listener are not counted as independent. Without a denominator the
 * mean is 0 and the variance too.
 */
export function ratioStatistic(sums: RatioSums): ArmStatistic {
  const { n, numeratorSum, denominatorSum } = sums;
  if (n === 0 || denominatorSum === 0) return { n, mean: 0, variance: 0 };
  const ratio = numeratorSum / denominatorSum;
  const ofNumerator = variance(n, numeratorSum, sums.numeratorSumOfSquares);
  const ofDenominator = variance(n, denominatorSum, sums.denominatorSumOfSquares);
  const ofBoth = covariance(n, numeratorSum, denominatorSum, sums.sumOfProducts);
  const spread = ofNumerator - 2 * ratio * ofBoth + ratio * ratio * ofDenominator;
  const scale = ofNumerator + ratio * ratio * ofDenominator;
  const perUnit = denominatorSum / n;
  return { n, mean: ratio, variance: spread <= ROUNDING * scale ? 0 : spread / (perUnit * perUnit) };
}

/** What each arm says of its metric, whatever kind of metric it is. */
export function armStatistics(arms: TwoArms): {
  readonly control: ArmStatistic;
  readonly treatment: ArmStatistic;
} {
  switch (arms.kind) {
    case 'proportion':
      return { control: proportionStatistic(arms.control), treatment: proportionStatistic(arms.treatment) };
    case 'mean':
      return { control: meanStatistic(arms.control), treatment: meanStatistic(arms.treatment) };
    case 'ratio':
      return { control: ratioStatistic(arms.control), treatment: ratioStatistic(arms.treatment) };
    default:
      return arms satisfies never;
  }
}
