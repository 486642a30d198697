import { type Arm, eValueOf } from './e-value.ts';
import { logSumExp } from './special/log-sum-exp.ts';

/** How values are put on one scale. Frozen before the release, from history: it must not follow what it judges. */
export interface TiltScale {
  /** Larger values count as this: the 99th percentile of history. */
  readonly cap: number;
  readonly centre: number;
  readonly scale: number;
  /** How strongly a value shifts the odds of treatment; default {@link TILTS}. */
  readonly tilts?: readonly number[];
}

export const TILTS: readonly number[] = [0.125, 0.25, 0.5, 1];

/** ln E of each tilt, without the weight; all 0 at the start. */
export type TiltState = readonly number[];

export const startTilt = ({ tilts = TILTS }: TiltScale): TiltState => tilts.map(() => 0);

export const tiltLogE = (state: TiltState): number => logSumExp(state) - Math.log(state.length);

/**
 * The state after one more value. For each tilt b the odds of treatment are multiplied by e^(b g), g the value on the
 * frozen scale: factor q/p in treatment, (1 − q)/(1 − p) in control.
 *
 * @param share the chance of treatment, as in the event guard; 0 and 1 tell nothing
 */
export function addTiltValue(
  state: TiltState,
  { share, arm, value }: { readonly share: number; readonly arm: Arm; readonly value: number },
  { cap, centre, scale, tilts = TILTS }: TiltScale,
): TiltState {
  if (share <= 0 || share >= 1) return state;
  const distance = (Math.min(value, cap) - centre) / scale;
  return state.map((logE, index) => {
    const shift = (tilts[index] ?? 0) * distance;
    const logNormaliser = logSumExp([Math.log1p(-share), Math.log(share) + shift]);
    return logE - logNormaliser + (arm === 1 ? shift : 0);
  });
}

/**
 * The evidence that larger values come with treatment: for durations where a share over a limit is too coarse. Exact
 * under any distribution of the values, since only the arm is random (a likelihood ratio of the arm given the value).
 *
 * @param input.observations share, arm and value of each, in the order of time
 */
export function eArmTilt(
  input: TiltScale & {
    readonly observations: readonly (readonly [share: number, arm: Arm, value: number])[];
  },
): { readonly status: 'ok'; readonly logEAfterEach: readonly number[]; readonly eValue: number } {
  let state = startTilt(input);
  const logEAfterEach = input.observations.map(([share, arm, value]) => {
    state = addTiltValue(state, { share, arm, value }, input);
    return tiltLogE(state);
  });
  return { status: 'ok', logEAfterEach, eValue: eValueOf(tiltLogE(state)) };
}
