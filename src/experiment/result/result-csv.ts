import { isoTime } from '../../shared/iso-time.ts';
import type { Comparison, Interval } from './compare.ts';
import type { ExperimentResult } from './experiment-result.ts';

const COLUMNS = [
  'metric',
  'treatment',
  'status',
  'control_units',
  'treatment_units',
  'control_mean',
  'treatment_mean',
  'difference',
  'difference_lower',
  'difference_upper',
  'lift',
  'lift_lower',
  'lift_upper',
  'p_value',
  'adjusted_p_value',
  'is_decided',
  'stable_since',
  'sentence',
];

/** A line for each metric and treatment, as RFC 4180 has it. */
export function resultCsv(result: ExperimentResult): string {
  const lines = result.metrics.map((each) => [
    each.metric.key,
    each.treatment.variation,
    each.comparison.status,
    result.arms[0]?.units ?? 0,
    each.treatment.units,
    ...numbersOf(each.comparison),
    each.adjustedPValue,
    each.isDecided,
    each.stableSince === null ? null : isoTime(each.stableSince),
    each.sentence,
  ]);
  return [COLUMNS, ...lines].map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}

function numbersOf(comparison: Comparison): readonly (number | null)[] {
  if (comparison.status !== 'ok') return Array.from({ length: 9 }, () => null);
  const { controlMean, treatmentMean, difference, lift, pValue } = comparison;
  return [controlMean, treatmentMean, ...interval(difference), ...interval(lift), pValue];
}

const interval = (of: Interval | null): readonly (number | null)[] =>
  of === null ? [null, null, null] : [of.effect, of.lower, of.upper];

/** A spreadsheet must not take a text for a formula. */
function csvField(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
