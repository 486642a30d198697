import { addOutcomes, logBernoulli, type OutcomeCounts, successRates } from './outcome-counts.ts';
import { eValueOf } from './e-value.ts';

export interface TwoProportionsBlocks {
  readonly controlPerBlock: number;
  readonly treatmentPerBlock: number;
  /** Successes and failures that each arm is thought to have seen before the first block. */
  readonly prior: OutcomeCounts;
  readonly side: 'two-sided' | 'treatment-greater';
  /** Control and treatment successes of each block, in order. */
  readonly blocks: readonly (readonly [number, number])[];
}

/**
 * The e-value of two proportions in blocks of fixed size (Turner, Ly, Grünwald, arXiv:2106.02693): before each block
 * both rates are estimated from what went before, and the block's likelihood is divided by that of one common rate.
 */
export function eTwoProportionsBlocks(input: TwoProportionsBlocks): {
  readonly status: 'ok';
  readonly logEAfterEachBlock: readonly number[];
  readonly eValue: number;
} {
  const { controlPerBlock, treatmentPerBlock, side } = input;
  const units = controlPerBlock + treatmentPerBlock;
  let counts = input.prior;
  let logE = 0;
  const logEAfterEachBlock = input.blocks.map(([control, treatment]) => {
    const { controlRate, treatmentRate } = successRates(counts);
    if (side === 'two-sided' || treatmentRate > controlRate) {
      const commonRate = (controlPerBlock * controlRate + treatmentPerBlock * treatmentRate) / units;
      logE +=
        logBernoulli(control, controlPerBlock, controlRate) +
        logBernoulli(treatment, treatmentPerBlock, treatmentRate) -
        logBernoulli(control + treatment, units, commonRate);
    }
    counts = addOutcomes(counts, {
      controlSuccess: control,
      controlFailure: controlPerBlock - control,
      treatmentSuccess: treatment,
      treatmentFailure: treatmentPerBlock - treatment,
    });
    return logE;
  });
  return { status: 'ok', logEAfterEachBlock, eValue: eValueOf(logE) };
}
