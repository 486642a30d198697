import {
  sampleRatioLogBayesFactor,
  SAMPLE_RATIO_CONCENTRATION,
} from '../../../src/experiment/statistics/sample-ratio.ts';
import { binomial, type Random } from '../../../src/experiment/statistics/random.ts';

const BATCH = 500;

/**
 * An experiment planned at 50/50, its ratio tested every 500 listeners at alpha 1 %.
 *
 * @param share the treatment's true share
 * @returns listeners until the ratio is found wrong; null where it is not
 */
export function simulateSampleRatio(random: Random, share: number, listeners: number): number | null {
  let treated = 0;
  for (let all = BATCH; all <= listeners; all += BATCH) {
    treated += binomial(random, BATCH, share);
    const logFactor = sampleRatioLogBayesFactor({
      counts: [all - treated, treated],
      probabilities: [0.5, 0.5],
      concentration: SAMPLE_RATIO_CONCENTRATION,
    });
    if (logFactor >= Math.log(100)) return all;
  }
  return null;
}
