/** Successes and failures by arm; prior counts may be fractions. */
export interface OutcomeCounts {
  readonly controlSuccess: number;
  readonly controlFailure: number;
  readonly treatmentSuccess: number;
  readonly treatmentFailure: number;
}

export const addOutcomes = (a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts => ({
  controlSuccess: a.controlSuccess + b.controlSuccess,
  controlFailure: a.controlFailure + b.controlFailure,
  treatmentSuccess: a.treatmentSuccess + b.treatmentSuccess,
  treatmentFailure: a.treatmentFailure + b.treatmentFailure,
});

/** The posterior means of both rates. */
export const successRates = (
  counts: OutcomeCounts,
): { readonly controlRate: number; readonly treatmentRate: number } => ({
  controlRate: counts.controlSuccess / (counts.controlSuccess + counts.controlFailure),
  treatmentRate: counts.treatmentSuccess / (counts.treatmentSuccess + counts.treatmentFailure),
});

/** The log likelihood of so many successes among n. A rate of 0 or 1 is only asked for what it allows. */
export function logBernoulli(successes: number, n: number, rate: number): number {
  const ofSuccesses = successes === 0 ? 0 : successes * Math.log(rate);
  const ofFailures = successes === n ? 0 : (n - successes) * Math.log1p(-rate);
  return ofSuccesses + ofFailures;
}
