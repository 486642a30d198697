import { NOT_ENOUGH_DATA, type NotEnoughData } from './not-enough-data.ts';
import { findRoot } from './special/find-root.ts';
import { normalCdf, normalUpperQuantile } from './special/normal.ts';

export interface SampleSizes {
  readonly status: 'ok';
  readonly controlExact: number;
  /** Whole units. */
  readonly control: number;
  readonly treatment: number;
}

/** What `power` asks of z, beyond the error's own bound: the quantile of the power. */
const powerQuantile = (power: number): number => -normalUpperQuantile(power);

const sizes = (controlExact: number, ratio: number): SampleSizes => ({
  status: 'ok',
  controlExact,
  control: Math.ceil(controlExact),
  treatment: Math.ceil(ratio * controlExact),
});

/**
 * How many units show a change of a rate (Fleiss, Statistical Methods for Rates and Proportions; R's
 * `power.prop.test`, for unequal groups). Equal rates are never told apart: not enough data.
 *
 * @param input.alpha two-sided error
 * @param input.ratio treatment units over control units
 */
export function sampleSizeProportions(input: {
  readonly baseline: number;
  readonly treatment: number;
  readonly alpha: number;
  readonly power: number;
  readonly ratio: number;
}): SampleSizes | NotEnoughData {
  const { baseline, treatment, alpha, power, ratio } = input;
  if (baseline === treatment) return NOT_ENOUGH_DATA;
  const mean = (baseline + ratio * treatment) / (1 + ratio);
  const underNull = Math.sqrt((1 + 1 / ratio) * mean * (1 - mean));
  const underEffect = Math.sqrt(baseline * (1 - baseline) + (treatment * (1 - treatment)) / ratio);
  const reach = normalUpperQuantile(alpha / 2) * underNull + powerQuantile(power) * underEffect;
  return sizes((reach / (treatment - baseline)) ** 2, ratio);
}

/** Rates that are tried before the exact one is looked for. */
const GRID = 200;

interface ProportionsTest {
  readonly baseline: number;
  /** Units. */
  readonly control: number;
  readonly treatmentN: number;
  readonly alpha: number;
}

/**
 * The chance of seeing a change of a rate at given sizes; the far tail is left out, as in R. An empty arm, or rates
 * without spread, are not enough data.
 *
 * @param input.treatment the treatment's rate
 * @param input.alpha two-sided error
 */
export function powerProportions(
  input: ProportionsTest & { readonly treatment: number },
): { readonly status: 'ok'; readonly power: number } | NotEnoughData {
  const { baseline, treatment, control, treatmentN, alpha } = input;
  if (control <= 0 || treatmentN <= 0) return NOT_ENOUGH_DATA;
  const mean = (control * baseline + treatmentN * treatment) / (control + treatmentN);
  const underNull = Math.sqrt(mean * (1 - mean) * (1 / control + 1 / treatmentN));
  const underEffect = Math.sqrt(
    (baseline * (1 - baseline)) / control + (treatment * (1 - treatment)) / treatmentN,
  );
  if (underEffect === 0) return NOT_ENOUGH_DATA;
  const reach = Math.abs(treatment - baseline) - normalUpperQuantile(alpha / 2) * underNull;
  return { status: 'ok', power: normalCdf(reach / underEffect) };
}

/**
 * The smallest rate above the baseline that is seen with the given power; none below 1: not enough data.
 *
 * @param input.alpha two-sided error
 */
export function minimalDetectableProportion(input: ProportionsTest & { readonly power: number }):
  | {
      readonly status: 'ok';
      readonly treatment: number;
      readonly difference: number;
      /** Infinite effects do not exist: a baseline of 0 has none. */
      readonly relative: number | null;
    }
  | NotEnoughData {
  const { baseline, power } = input;
  if (input.control <= 0 || input.treatmentN <= 0) return NOT_ENOUGH_DATA;
  const missing = (treatment: number): number => {
    const result = powerProportions({ ...input, treatment });
    return result.status === 'ok' ? result.power - power : 1;
  };
  // Near certainty the power of small groups can fall again, so the first step that reaches it is looked for.
  const step = (1 - baseline) / GRID;
  const reached = Array.from({ length: GRID - 1 }, (_, k) => baseline + (k + 1) * step).find(
    (p) => missing(p) >= 0,
  );
  const high = reached ?? 1;
  const treatment = findRoot(missing, high - step, high);
  if (missing(treatment) < -1e-6 || treatment > 1 - 1e-12) return NOT_ENOUGH_DATA;
  const difference = treatment - baseline;
  return { status: 'ok', treatment, difference, relative: baseline === 0 ? null : difference / baseline };
}

/**
 * How many units show a difference of means (normal approximation). No difference: not enough data.
 *
 * @param input.alpha two-sided error
 * @param input.ratio treatment units over control units
 */
export function sampleSizeMeans(input: {
  readonly standardDeviation: number;
  readonly difference: number;
  readonly alpha: number;
  readonly power: number;
  readonly ratio: number;
}): SampleSizes | NotEnoughData {
  const { standardDeviation, difference, alpha, power, ratio } = input;
  if (difference === 0) return NOT_ENOUGH_DATA;
  const reach = (normalUpperQuantile(alpha / 2) + powerQuantile(power)) * standardDeviation;
  return sizes((reach / difference) ** 2 * (1 + 1 / ratio), ratio);
}

/**
 * The smallest difference of means that is seen with the given power.
 *
 * @param input.alpha two-sided error
 */
export function minimalDetectableMean(input: {
  readonly standardDeviation: number;
  readonly control: number;
  readonly treatmentN: number;
  readonly alpha: number;
  readonly power: number;
}): { readonly status: 'ok'; readonly difference: number } | NotEnoughData {
  const { standardDeviation, control, treatmentN, alpha, power } = input;
  if (control <= 0 || treatmentN <= 0) return NOT_ENOUGH_DATA;
  const reach = (normalUpperQuantile(alpha / 2) + powerQuantile(power)) * standardDeviation;
  return { status: 'ok', difference: reach * Math.sqrt(1 / control + 1 / treatmentN) };
}
