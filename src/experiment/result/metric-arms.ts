import { type ArmTotals, REPORTING } from '../counting/arm-totals.ts';
import { hasHistory, type Metric } from '../metrics/metric.ts';
import type { Phase } from '../phases.ts';
import type { CupedPair } from '../statistics/adjusted-arms.ts';
import type { CupedSums } from '../statistics/cuped.ts';
import type { TwoArms } from '../statistics/sample.ts';

const NONE = { units: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };

export const totalsOf = (
  totals: readonly ArmTotals[],
  phase: number,
  variation: number,
  metric: number,
): Omit<ArmTotals, 'phase' | 'variation' | 'metric'> =>
  totals.find((each) => each.phase === phase && each.variation === variation && each.metric === metric) ??
  NONE;

/** One metric in two arms, a pair for each phase, as the statistics take them. */
export function metricArms(
  metric: Metric,
  place: number,
  [control, treatment]: readonly [control: number, treatment: number],
  phases: readonly Phase[],
  totals: readonly ArmTotals[],
): readonly TwoArms[] {
  return phases.map(({ number }): TwoArms => {
    const of = (variation: number) => ({
      n: totalsOf(totals, number, variation, REPORTING).units,
      ...totalsOf(totals, number, variation, place),
    });
    const [c, t] = [of(control), of(treatment)];
    switch (metric.kind) {
      case 'conversion':
        return { kind: 'proportion', control: proportion(c), treatment: proportion(t) };
      case 'count':
      case 'sum':
        return { kind: 'mean', control: mean(c), treatment: mean(t) };
      case 'mean':
      case 'share-above':
      case 'ratio':
        return { kind: 'ratio', control: ratio(c), treatment: ratio(t) };
      default:
        return metric satisfies never;
    }
  });
}

/** The same with what units did before as a covariate; none where the metric has no such values. */
export function metricCovariates(
  metric: Metric,
  place: number,
  [control, treatment]: readonly [control: number, treatment: number],
  phases: readonly Phase[],
  totals: readonly ArmTotals[],
): readonly CupedPair[] {
  if (!hasHistory(metric)) return [];
  return phases.map(({ number }) => {
    const of = (variation: number): CupedSums => {
      const { x, y, xx, yy, xy } = totalsOf(totals, number, variation, place);
      const n = totalsOf(totals, number, variation, REPORTING).units;
      return { n, preSum: y, preSumOfSquares: yy, postSum: x, postSumOfSquares: xx, sumOfProducts: xy };
    };
    return { control: of(control), treatment: of(treatment) };
  });
}

type Sums = { readonly n: number } & Pick<ArmTotals, 'x' | 'y' | 'xx' | 'yy' | 'xy'>;

const proportion = ({ n, x }: Sums) => ({ n, successes: x });
const mean = ({ n, x, xx }: Sums) => ({ n, sum: x, sumOfSquares: xx });
const ratio = ({ n, x, y, xx, yy, xy }: Sums) => ({
  n,
  numeratorSum: x,
  denominatorSum: y,
  numeratorSumOfSquares: xx,
  denominatorSumOfSquares: yy,
  sumOfProducts: xy,
});
