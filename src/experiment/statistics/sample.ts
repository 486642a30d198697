/** How many units did it: a conversion, a share above a limit. */
export interface ProportionSums {
  readonly n: number;
  readonly successes: number;
}

/** Running totals of one value per unit: a count, a sum, a mean. */
export interface MeanSums {
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Running totals of two values per unit, where the metric is the ratio of their sums: errors per page. */
export interface RatioSums {
  readonly n: number;
  readonly numeratorSum: number;
  readonly denominatorSum: number;
  readonly numeratorSumOfSquares: number;
  readonly denominatorSumOfSquares: number;
  readonly sumOfProducts: number;
}

/** Both arms of a metric, as running totals over units. The unit is what was randomised: the listener. */
export type TwoArms =
  | { readonly kind: 'proportion'; readonly control: ProportionSums; readonly treatment: ProportionSums }
  | { readonly kind: 'mean'; readonly control: MeanSums; readonly treatment: MeanSums }
  | { readonly kind: 'ratio'; readonly control: RatioSums; readonly treatment: RatioSums };

/** What an arm says of its metric. */
export interface ArmStatistic {
  /** Units. */
  readonly n: number;
  readonly mean: number;
  /** Of one unit; the mean's own variance is this over `n`. */
  readonly variance: number;
}
