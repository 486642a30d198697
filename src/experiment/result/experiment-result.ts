import { type ArmTotals, MIXED, REPORTING } from '../counting/arm-totals.ts';
import { BOT } from '../counting/assignment.ts';
import type { Answer, ExperimentReading, KnownAnswer } from '../reading.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Phase } from '../phases.ts';
import { benjaminiHochberg, holm } from '../statistics/multiple-comparisons.ts';
import { sampleRatioOfPhases } from '../statistics/sample-ratio.ts';
import { type Comparison, compare } from './compare.ts';
import { metricArms, metricCovariates, totalsOf } from './metric-arms.ts';
import { resultSentence } from './result-sentence.ts';

export interface ArmResult {
  readonly variation: number;
  readonly name: string;
  /** Listeners, over all phases. */
  readonly units: number;
  /** Those of them that reported any event of the experiment's metrics. */
  readonly reporting: number;
}

export interface SampleRatio {
  /** May be looked at any time; 1 where the weights are kept. */
  readonly pValue: number;
  readonly isMismatch: boolean;
}

export interface MetricResult {
  readonly metric: Metric;
  readonly isPrimary: boolean;
  readonly treatment: ArmResult;
  readonly comparison: Comparison;
  /** Holm's over the treatments for the primary metric, Benjamini and Hochberg's over the others; null: not enough data. */
  readonly adjustedPValue: number | null;
  /** Whether the adjusted p-value is below alpha. */
  readonly isDecided: boolean;
  /** Of a decided metric: since when it has been decided the same way at every look; null: not seen at a look yet. */
  readonly stableSince: number | null;
  readonly sentence: string;
}

export interface ExperimentResult {
  readonly arms: readonly ArmResult[];
  /** Listeners who saw two variations in one phase, and are in no arm. */
  readonly excluded: number;
  /** Bots, which are in no arm either. */
  readonly bots: number;
  readonly sampleRatio: SampleRatio;
  /** Of the listeners who report: a version that stops reporting is a failure, whatever its metrics say. */
  readonly reportingRatio: SampleRatio;
  /** Whether the primary metric is decided for a treatment. */
  readonly isDecided: boolean;
  /** The primary metric first. */
  readonly metrics: readonly MetricResult[];
  /** The primary metric's sentences, or why they must not be trusted. */
  readonly sentence: string;
}

/** Below it the arms have not the sizes that the weights give them. */
const MISMATCH_P_VALUE = 0.01;

/**
 * What an experiment says now, from its totals alone: as quick with a million listeners as with a thousand.
 *
 * @param now epoch milliseconds
 */
export function experimentResult(
  { experiment, phases, totals, answers }: ExperimentReading,
  now: number,
): ExperimentResult {
  const { design, metrics, startedAt, stoppedAt } = experiment;
  const arms = [design.control, ...design.treatments].map(({ variation, name }): ArmResult => {
    const of = (field: 'units' | 'x') =>
      phases.reduce((sum, { number }) => sum + totalsOf(totals, number, variation, REPORTING)[field], 0);
    return { variation, name, units: of('units'), reporting: of('x') };
  });
  const [control, ...treatments] = arms;
  const { alpha, planned_units: tuning } = design;
  const days = startedAt === null ? 0 : ((stoppedAt ?? now) - startedAt) / 86_400_000;
  const compared = metrics.flatMap((metric, place) =>
    treatments.map((treatment) => {
      const pair = [design.control.variation, treatment.variation] as const;
      const armsOfPhases = metricArms(metric, place, pair, phases, totals);
      const covariates = metricCovariates(metric, place, pair, phases, totals);
      const shares = phases.map((phase) => shareOf(phase, experiment.design, treatment.variation));
      return {
        metric,
        isPrimary: place === 0,
        treatment,
        comparison: compare(armsOfPhases, shares, covariates, { alpha, tuning, days }),
      };
    }),
  );
  const adjusted = adjust(compared);
  const results = compared.map((each, index): MetricResult => {
    const adjustedPValue = adjusted[index] ?? null;
    const isDecided = adjustedPValue !== null && adjustedPValue < alpha;
    const units = (control?.units ?? 0) + each.treatment.units;
    const { metric, isPrimary, treatment, comparison } = each;
    const decided = { metric, isPrimary, treatment, comparison, adjustedPValue, isDecided };
    const stableSince = stableSinceOf(decided, metrics.indexOf(metric), answers);
    const sentence = resultSentence(decided, units, stableSince, now);
    return Object.assign(decided, { stableSince, sentence });
  });
  const sampleRatio = ratioOf(phases, design, totals, 'units');
  const reportingRatio = ratioOf(phases, design, totals, 'x');
  const unitsApart = (variation: number): number =>
    phases.reduce((sum, { number }) => sum + totalsOf(totals, number, variation, REPORTING).units, 0);
  const primary = results.filter(({ isPrimary }) => isPrimary).map(({ sentence }) => sentence);
  return {
    arms,
    excluded: unitsApart(MIXED),
    bots: unitsApart(BOT),
    sampleRatio,
    reportingRatio,
    isDecided: results.some(({ isPrimary, isDecided }) => isPrimary && isDecided),
    metrics: results,
    sentence: [...warnings(sampleRatio, reportingRatio), ...primary].join(' '),
  };
}

/** What the last look said, where that is still so. */
function stableSinceOf(
  result: Pick<MetricResult, 'isDecided' | 'comparison' | 'treatment'>,
  place: number,
  answers: readonly KnownAnswer[],
): number | null {
  const answer = answerOf(result);
  if (answer === 'open') return null;
  const known = answers.find(
    (each) => each.metric === place && each.variation === result.treatment.variation,
  );
  return known?.answer === answer ? known.since : null;
}

/** What a metric says of a treatment. */
export function answerOf({ isDecided, comparison }: Pick<MetricResult, 'isDecided' | 'comparison'>): Answer {
  if (!isDecided || comparison.status !== 'ok') return 'open';
  return comparison.difference.effect > 0 ? 'more' : 'less';
}

type Design = ExperimentReading['experiment']['design'];

const variations = (design: Design): readonly number[] =>
  [design.control, ...design.treatments].map(({ variation }) => variation);

function weightOf(phase: Phase, design: Design, variation: number): number {
  return phase.weights[variations(design).indexOf(variation)] ?? 0;
}

/** The chance of the treatment for a listener who is in it or in the control. */
function shareOf(phase: Phase, design: Design, treatment: number): number {
  const weight = weightOf(phase, design, treatment);
  const both = weight + weightOf(phase, design, design.control.variation);
  return both === 0 ? 0 : weight / both;
}

function adjust(
  compared: readonly { readonly isPrimary: boolean; readonly comparison: Comparison }[],
): readonly (number | null)[] {
  const adjusted: (number | null)[] = compared.map(() => null);
  for (const [isPrimary, method] of [
    [true, holm],
    [false, benjaminiHochberg],
  ] as const) {
    const family = compared.flatMap((each, index) =>
      each.isPrimary === isPrimary && each.comparison.status === 'ok'
        ? [{ index, pValue: each.comparison.pValue }]
        : [],
    );
    const pValues = method(family.map(({ pValue }) => pValue));
    for (const [place, { index }] of family.entries()) adjusted[index] = pValues[place] ?? null;
  }
  return adjusted;
}

function ratioOf(
  phases: readonly Phase[],
  design: Design,
  totals: readonly ArmTotals[],
  field: 'units' | 'x',
): SampleRatio {
  const logFactor = sampleRatioOfPhases(
    phases.map((phase) => {
      const served = variations(design).filter((variation) => weightOf(phase, design, variation) > 0);
      const whole = served.reduce((sum, variation) => sum + weightOf(phase, design, variation), 0);
      return {
        counts: served.map((variation) => totalsOf(totals, phase.number, variation, REPORTING)[field]),
        probabilities: served.map((variation) => weightOf(phase, design, variation) / whole),
      };
    }),
  );
  const pValue = Math.min(1, Math.exp(-logFactor));
  return { pValue, isMismatch: pValue < MISMATCH_P_VALUE };
}

function warnings(sampleRatio: SampleRatio, reportingRatio: SampleRatio): readonly string[] {
  if (sampleRatio.isMismatch) {
    return [
      'Do not trust this result: the arms have not the sizes that their weights give them (sample ratio mismatch).',
    ];
  }
  if (!reportingRatio.isMismatch) return [];
  return [
    'Look before you trust this result: of one version more listeners report anything than of another.',
  ];
}
