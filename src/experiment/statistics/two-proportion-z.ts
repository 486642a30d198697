import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import type { ProportionSums } from './sample.ts';
import { normalTwoSidedPValue, normalUpperQuantile } from './special/normal.ts';

export interface TwoProportionZ {
  readonly status: 'ok';
  /** Treatment minus control. */
  readonly difference: number;
  readonly zPooled: number;
  readonly pValuePooled: number;
  readonly standardErrorUnpooled: number;
  readonly zUnpooled: number;
  readonly pValueUnpooled: number;
  /** Wald's interval, 1 − alpha. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Compares two proportions at a size fixed beforehand: the pooled z test, and Wald's interval on the unpooled standard
 * error (Agresti, Categorical Data Analysis, section 3.1). Not to be looked at repeatedly: see `confidenceSequence`.
 *
 * @param input.alpha two-sided error
 * @example twoProportionZ({ control: { n: 11034, successes: 189 }, treatment: { n: 11037, successes: 104 }, alpha: 0.05 })
 */
export function twoProportionZ(input: {
  readonly control: ProportionSums;
  readonly treatment: ProportionSums;
  readonly alpha: number;
}): TwoProportionZ | NotEnoughData {
  const { control, treatment, alpha } = input;
  if (control.n === 0 || treatment.n === 0) return NOT_ENOUGH_DATA;
  const pC = control.successes / control.n;
  const pT = treatment.successes / treatment.n;
  const units = control.n + treatment.n;
  const events = control.successes + treatment.successes;
  const pooledVariance = (events / units) * ((units - events) / units) * (1 / control.n + 1 / treatment.n);
  const unpooledVariance = (pC * (1 - pC)) / control.n + (pT * (1 - pT)) / treatment.n;
  if (pooledVariance === 0 || unpooledVariance === 0) return NOT_ENOUGH_DATA;
  const difference = pT - pC;
  const standardErrorUnpooled = Math.sqrt(unpooledVariance);
  const zPooled = difference / Math.sqrt(pooledVariance);
  const zUnpooled = difference / standardErrorUnpooled;
  const halfWidth = normalUpperQuantile(alpha / 2) * standardErrorUnpooled;
  return {
    status: 'ok',
    difference,
    zPooled,
    pValuePooled: normalTwoSidedPValue(zPooled),
    standardErrorUnpooled,
    zUnpooled,
    pValueUnpooled: normalTwoSidedPValue(zUnpooled),
    lower: difference - halfWidth,
    upper: difference + halfWidth,
  };
}
