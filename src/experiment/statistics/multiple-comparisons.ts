/** Fills in `adjusted` for the p-values in rising order, and puts them back in the order given. */
function adjustInOrder(
  pValues: readonly number[],
  adjust: (sorted: readonly number[]) => readonly number[],
): readonly number[] {
  const order = pValues.map((_, index) => index).toSorted((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted = adjust(order.map((index) => pValues[index] ?? 1));
  const result = pValues.map(() => 1);
  for (const [rank, index] of order.entries()) result[index] = Math.min(1, adjusted[rank] ?? 1);
  return result;
}

/** Each p-value times their number: the error of the family, however they depend on each other. */
export const bonferroni = (pValues: readonly number[]): readonly number[] =>
  pValues.map((p) => Math.min(1, p * pValues.length));

/**
 * The error of the family, like Bonferroni and never weaker (Holm, Scandinavian Journal of Statistics 6, 1979).
 *
 * @returns adjusted p-values in the order given
 */
export const holm = (pValues: readonly number[]): readonly number[] =>
  adjustInOrder(pValues, (sorted) => {
    let largest = 0;
    return sorted.map((p, rank) => (largest = Math.max(largest, p * (sorted.length - rank))));
  });

/**
 * The share of false discoveries (Benjamini, Hochberg, JRSS B 57, 1995).
 *
 * @returns adjusted p-values in the order given
 */
export const benjaminiHochberg = (pValues: readonly number[]): readonly number[] =>
  adjustInOrder(pValues, (sorted) => {
    let smallest = 1;
    return sorted
      .map((p, rank) => ({ p, rank }))
      .toReversed()
      .map(({ p, rank }) => (smallest = Math.min(smallest, (p * sorted.length) / (rank + 1))))
      .toReversed();
  });

/** All three, in the order given. */
export const multipleComparisons = (input: {
  readonly pValues: readonly number[];
}): {
  readonly status: 'ok';
  readonly bonferroni: readonly number[];
  readonly holm: readonly number[];
  readonly benjaminiHochberg: readonly number[];
} => ({
  status: 'ok',
  bonferroni: bonferroni(input.pValues),
  holm: holm(input.pValues),
  benjaminiHochberg: benjaminiHochberg(input.pValues),
});
