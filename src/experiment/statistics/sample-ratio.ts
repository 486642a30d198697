import { chiSquareUpperTail } from './special/chi-square.ts';
import { logRisingFactorialExcess } from './special/log-gamma.ts';

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/**
 * Whether the arms have the sizes that their weights ask for, at one look (Pearson's chi-square). No units: p = 1.
 *
 * @param input.weights more than 0; need not sum to 1
 */
export function sampleRatioChiSquare(input: {
  readonly counts: readonly number[];
  readonly weights: readonly number[];
}): {
  readonly status: 'ok';
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
} {
  const { counts, weights } = input;
  const units = total(counts);
  const weightSum = total(weights);
  const degreesOfFreedom = counts.length - 1;
  let chiSquare = 0;
  for (const [arm, count] of counts.entries()) {
    const expected = (units * (weights[arm] ?? 0)) / weightSum;
    if (units > 0) chiSquare += (count - expected) ** 2 / expected;
  }
  return {
    status: 'ok',
    chiSquare,
    degreesOfFreedom,
    pValue: chiSquareUpperTail(chiSquare, degreesOfFreedom),
  };
}

/** How sure the prior is of the planned ratio; found 50.5/49.5 soonest among 1,000, 10,000 and 30,000. */
export const SAMPLE_RATIO_CONCENTRATION = 10_000;

/**
 * ln of the Bayes factor against the planned ratio, from the arms' sizes: a Dirichlet prior around the plan (Lindon,
 * Malek, arXiv:2011.03567). Its exponential is an e-value: it may be looked at any time.
 *
 * @param input.probabilities of the arms, more than 0, summing to 1
 * @param input.concentration of the prior, in units
 */
export function sampleRatioLogBayesFactor(input: {
  readonly counts: readonly number[];
  readonly probabilities: readonly number[];
  readonly concentration: number;
}): number {
  const { counts, probabilities, concentration } = input;
  let logFactor = -logRisingFactorialExcess(concentration, total(counts));
  for (const [arm, count] of counts.entries()) {
    logFactor += logRisingFactorialExcess(concentration * (probabilities[arm] ?? 0), count);
  }
  return logFactor;
}

/**
 * The sample ratio, batch after batch. The p-value is the smallest so far.
 *
 * @param input.batches how many units each arm got in each
 */
export function sampleRatioSequential(input: {
  readonly probabilities: readonly number[];
  readonly concentration: number;
  readonly batches: readonly (readonly number[])[];
}): {
  readonly status: 'ok';
  readonly logBayesFactorAfterEach: readonly number[];
  readonly pValueAfterEach: readonly number[];
} {
  const { probabilities, concentration } = input;
  let counts: readonly number[] = probabilities.map(() => 0);
  const logBayesFactorAfterEach = input.batches.map((batch) => {
    counts = counts.map((count, arm) => count + (batch[arm] ?? 0));
    return sampleRatioLogBayesFactor({ counts, probabilities, concentration });
  });
  let pValue = 1;
  const pValueAfterEach = logBayesFactorAfterEach.map((logFactor) => {
    pValue = Math.min(pValue, Math.exp(-logFactor));
    return pValue;
  });
  return { status: 'ok', logBayesFactorAfterEach, pValueAfterEach };
}

/**
 * The sample ratio over phases with different weights: the Bayes factors of the phases are multiplied, since each phase
 * is random of its own. Also for the listeners that *report*: a version that stops reporting is a failure.
 *
 * @param phases in the order of time; `counts` in the order of `probabilities`
 * @returns ln of the product; at ln(1/alpha) the ratio is wrong, at any time
 */
export const sampleRatioOfPhases = (
  phases: readonly { readonly counts: readonly number[]; readonly probabilities: readonly number[] }[],
  concentration: number = SAMPLE_RATIO_CONCENTRATION,
): number => phases.reduce((sum, phase) => sum + sampleRatioLogBayesFactor({ ...phase, concentration }), 0);
