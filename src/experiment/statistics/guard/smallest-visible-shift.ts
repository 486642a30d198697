import { TILTS } from '../e-arm-tilt.ts';
import { LOG_E_FOR_POWER } from './log-e-for-power.ts';

/**
 * How much larger the treatment's values must have been, in units of the frozen scale, for the tilt to find it with a
 * chance of about 80 % (0.75 to 0.90 by simulation). A value of a unit in treatment with chance s adds s(1 − s)d²/2 to
 * the evidence of the tilt nearest to the shift d, on average; that evidence is one of as many as there are tilts.
 *
 * @param logThreshold ln(G/alpha)
 * @returns null where no value was counted in one of the arms
 */
export function smallestVisibleShift(
  { treatment, control }: { readonly treatment: number; readonly control: number },
  logThreshold: number,
): number | null {
  if (treatment === 0 || control === 0) return null;
  const needed = logThreshold + LOG_E_FOR_POWER + Math.log(TILTS.length);
  return Math.sqrt(2 * needed * (1 / treatment + 1 / control));
}
