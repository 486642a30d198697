import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import { logNormalCdf } from './special/normal.ts';

/**
 * The evidence of a score: S is a martingale under the null and V its variance process. A normal mixture for both
 * sides, a half-normal one for harm alone (Robbins, Annals of Mathematical Statistics 41, 1970; Howard et al.,
 * arXiv:1810.08240). Asymptotic: heavy tails break it, as `bench:guard` shows for raw means.
 *
 * @param input.rho the scale of the effects that are looked for, per unit of variance
 */
export function eScoreMixture(input: {
  readonly score: number;
  readonly variance: number;
  readonly rho: number;
}): { readonly status: 'ok'; readonly logETwoSided: number; readonly logEOneSided: number } | NotEnoughData {
  const { score, variance, rho } = input;
  if (variance <= 0) return NOT_ENOUGH_DATA;
  const growth = rho * rho * variance + 1;
  const logETwoSided = (rho * rho * score * score) / (2 * growth) - 0.5 * Math.log(growth);
  const logEOneSided = logETwoSided + Math.LN2 + logNormalCdf((rho * score) / Math.sqrt(growth));
  return { status: 'ok', logETwoSided, logEOneSided };
}
