import type { Experiment } from '../../../experiment/experiment.ts';
import type { ExperimentResult } from '../../../experiment/result/experiment-result.ts';
import { plannedPrecision } from '../../../experiment/result/planned-precision.ts';
import { percent } from './interval-chart.ts';

/** How far an experiment is, what its planned size can show, and how long it probably still takes, in sentences. */
export function howLong(
  { design, status }: Pick<Experiment, 'design' | 'status'>,
  { arms, metrics }: ExperimentResult,
): readonly string[] {
  if (status === 'draft') return [];
  const { alpha, planned_units: planned } = design;
  const units = arms.reduce((sum, arm) => sum + arm.units, 0);
  const share = `${Math.min(100, Math.floor((100 * units) / planned))} %`;
  const sentences = [`${whole(units)} of ${whole(planned)} planned listeners have come: ${share}.`];
  for (const { isPrimary, isDecided, metric, treatment, comparison } of metrics) {
    if (!isPrimary || comparison.status !== 'ok' || comparison.lift === null) continue;
    const both = (arms[0]?.units ?? 0) + treatment.units;
    const settings = { alpha, tuning: planned };
    const precision = plannedPrecision(comparison.lift, both, settings);
    if (units < planned)
      sentences.push(
        `${treatment.name}: at the planned size the interval of ${metric.name} will be about ${percent(precision).slice(1)} to either side; an effect of that size is then decided in about half of all experiments.`,
      );
    if (isDecided) sentences.push(`${treatment.name}: ${metric.name} is decided; nothing more is needed.`);
    else if (status === 'running') sentences.push(`${treatment.name}: ${stillNeeded(comparison.missing)}`);
  }
  return sentences;
}

function stillNeeded(missing: { readonly units: number; readonly days: number | null } | null): string {
  if (missing === null) return 'with an effect as small as now, a decision is out of sight.';
  const { units, days } = missing;
  const time =
    days === null ? '' : days < 1 ? ', within a day at this rate' : `, in ${whole(days)} days at this rate`;
  return `if the effect stays as it is, about ${whole(units)} more listeners would decide it${time}.`;
}

const whole = (value: number): string => Math.ceil(value).toLocaleString('en');
