import type { ExperimentResult, MetricResult } from '../../../experiment/result/experiment-result.ts';

/** Each metric's effect with its interval, as a part of the control's mean, around a line at no effect. */
export interface IntervalChart {
  readonly rows: readonly IntervalRow[];
  readonly height: number;
  /** Marks of the axis. */
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
}

export interface IntervalRow {
  readonly metric: string;
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly effect: number;
  readonly text: string;
  /** `unknown` while the interval holds no effect. */
  readonly tone: 'better' | 'worse' | 'unknown';
}

export const CHART_WIDTH = 640;
const LABELS = 150;
const ROW = 44;
/** An interval that is wider is cut off at the edge: early ones say nothing yet. */
export const MAX_EXTENT = 2;

/** Undefined while no metric has an interval of that kind. */
export function intervalChart({ metrics }: ExperimentResult): IntervalChart | undefined {
  const treatments = new Set(metrics.map(({ treatment }) => treatment.variation)).size;
  const known = metrics.flatMap((result) => {
    const { comparison } = result;
    return comparison.status === 'ok' && comparison.lift !== null ? [{ result, lift: comparison.lift }] : [];
  });
  if (known.length === 0) return undefined;
  const bounds = known.flatMap(({ lift }) => [Math.abs(lift.lower), Math.abs(lift.upper)]);
  const extent = Math.min(MAX_EXTENT, roundUp(Math.max(...bounds)));
  const x = (part: number): number => {
    const clamped = Math.max(-extent, Math.min(extent, part));
    return Math.round(LABELS + ((clamped + extent) / (2 * extent)) * (CHART_WIDTH - LABELS - 20));
  };
  return {
    rows: known.map(({ result, lift }, index) => ({
      metric: nameOf(result, treatments),
      y: index * ROW + ROW / 2,
      from: x(lift.lower),
      to: x(lift.upper),
      effect: x(lift.effect),
      text: `${percent(lift.lower)} to ${percent(lift.upper)}`,
      tone: toneOf(result, lift),
    })),
    height: known.length * ROW + 28,
    ticks: [-extent, 0, extent].map((part) => ({
      x: x(part),
      text: part === 0 ? 'no effect' : percent(part),
    })),
  };
}

const nameOf = ({ metric, treatment }: MetricResult, treatments: number): string =>
  treatments > 1 ? `${metric.name} (${treatment.name})` : metric.name;

function toneOf(
  { metric, isDecided }: MetricResult,
  { effect }: { readonly effect: number },
): IntervalRow['tone'] {
  if (!isDecided) return 'unknown';
  return effect > 0 === (metric.direction === 'up') ? 'better' : 'worse';
}

/** 5, 10, 20, 50, 100 % … */
export function roundUp(part: number): number {
  const scale = 10 ** Math.floor(Math.log10(Math.max(part, 0.01)));
  return [1, 2, 5, 10].map((step) => step * scale).find((step) => step >= part) ?? part;
}

export const percent = (part: number): string =>
  `${part > 0 ? '+' : part < 0 ? '−' : ''}${(Math.abs(part) * 100).toLocaleString('en', { maximumFractionDigits: 1 })}\u00a0%`;
