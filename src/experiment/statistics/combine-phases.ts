import { armStatistics } from './arm-statistic.ts';
import { type ConfidenceSequence, sequenceAround } from './confidence-sequence.ts';
import { effectOf } from './effect.ts';
import type { NotEnoughData } from './not-enough-data.ts';
import type { ArmStatistic, TwoArms } from './sample.ts';

/** Both arms of all phases, as if each phase had had the same mix of arms. */
export interface CombinedArms {
  readonly control: ArmStatistic;
  readonly treatment: ArmStatistic;
  /** How far the sequence has come, in units of the first phase's allocation. One phase: its units. */
  readonly units: number;
}

interface WeightedPhase {
  readonly control: ArmStatistic;
  readonly treatment: ArmStatistic;
  /** nC nT / (nC + nT): how much the phase's difference tells. It knows sizes only, so no outcome can move it. */
  readonly weight: number;
}

function weighted({ control, treatment }: Omit<WeightedPhase, 'weight'>): WeightedPhase {
  return { control, treatment, weight: (control.n * treatment.n) / (control.n + treatment.n) };
}

function combineArm(phases: readonly WeightedPhase[], arm: 'control' | 'treatment'): ArmStatistic {
  let n = 0;
  let total = 0;
  let mean = 0;
  let squaredError = 0;
  for (const phase of phases) {
    const one = phase[arm];
    n += one.n;
    total += phase.weight;
    mean += phase.weight * one.mean;
    squaredError += (phase.weight * phase.weight * one.variance) / one.n;
  }
  return { n, mean: mean / total, variance: (n * squaredError) / (total * total) };
}

/**
 * Combines phases (or stages) that were analysed apart: means weighted by nC nT / (nC + nT) (Cochran, Biometrics 10,
 * 1954; Greenland, Robins, Biometrics 41, 1985). Totals are never pooled: where the rate drifts while the share rises,
 * a pooled comparison finds effects that are not there. Phases with an arm below two units are left out.
 *
 * @param phases of one metric, in the order of time
 * @returns null where no phase has two units in each arm
 */
export const combineArms = (phases: readonly TwoArms[]): CombinedArms | null =>
  combineStatistics(phases.map(armStatistics));

/** {@link combineArms} from means and variances, where they do not come from plain sums. */
export function combineStatistics(phases: readonly Omit<WeightedPhase, 'weight'>[]): CombinedArms | null {
  const usable = phases.map(weighted).filter(({ control, treatment }) => control.n >= 2 && treatment.n >= 2);
  const [first] = usable;
  if (first === undefined) return null;
  const weight = usable.reduce((sum, phase) => sum + phase.weight, 0);
  return {
    control: combineArm(usable, 'control'),
    treatment: combineArm(usable, 'treatment'),
    units: ((first.control.n + first.treatment.n) * weight) / first.weight,
  };
}

/**
 * The confidence sequence over all phases. With one phase it is `confidenceSequence`.
 *
 * @param settings.alpha two-sided error
 * @param settings.tuning units of both arms at which it is narrowest
 */
export function combinedConfidenceSequence(
  phases: readonly TwoArms[],
  settings: { readonly relative: boolean; readonly alpha: number; readonly tuning: number },
): ConfidenceSequence | NotEnoughData {
  const combined = combineArms(phases);
  if (combined === null) return { status: 'not-enough-data' };
  const estimate = effectOf(combined.control, combined.treatment, settings.relative);
  return estimate.status === 'ok' ? sequenceAround(estimate, combined.units, settings) : estimate;
}
