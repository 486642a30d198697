import type { Metric } from '../metrics/metric.ts';

/**
 * What one unit has done for one metric, so far, before caps of counts and sums: `x` over `y` for ratios; else `x` since
 * its exposure, and `y` before it.
 */
export interface UnitValue {
  readonly x: number;
  readonly y: number;
}

export const NO_VALUE: UnitValue = { x: 0, y: 0 };

/** Something that a unit did. */
export interface MetricEvent {
  readonly eventKey: string;
  /** Null: it happened, without a number. */
  readonly value: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

const HOUR_MS = 3_600_000;

const capped = (value: number, cap: number | null): number => Math.min(Math.max(value, 0), cap ?? Infinity);

/** When a unit counts for a metric: from its first exposure until its window or the phase ends. */
export function isInWindow(
  { window_hours }: Pick<Metric, 'window_hours'>,
  firstAt: number,
  endsAt: number | null,
  at: number,
): boolean {
  if (at < firstAt || (endsAt !== null && at >= endsAt)) return false;
  return window_hours === null || at < firstAt + window_hours * HOUR_MS;
}

/** The value after one more event, which may be of any kind. */
export function addEvent(metric: Metric, { x, y }: UnitValue, { eventKey, value }: MetricEvent): UnitValue {
  if (metric.kind === 'ratio') {
    const of = (part: typeof metric.numerator): number => {
      if (part.event_key !== eventKey) return 0;
      return part.of === 'count' ? 1 : capped(value ?? 0, null);
    };
    return { x: x + of(metric.numerator), y: y + of(metric.denominator) };
  }
  if (metric.event_key !== eventKey) return { x, y };
  switch (metric.kind) {
    case 'conversion':
    case 'count':
      return { x: x + 1, y };
    case 'sum':
      return { x: x + capped(value ?? 0, null), y };
    case 'mean':
      return value === null ? { x, y } : { x: x + capped(value, metric.cap), y: y + 1 };
    case 'share-above':
      return value === null ? { x, y } : { x: x + Number(value > metric.limit), y: y + 1 };
    default:
      return metric satisfies never;
  }
}

/** The value after one more event that happened before the exposure. */
export function addHistory(metric: Metric, { x, y }: UnitValue, event: MetricEvent): UnitValue {
  return { x, y: addEvent(metric, { x: y, y: 0 }, event).x };
}

/** What a unit adds to the totals: one value for each listener, however often it did it. */
export function contributionOf(metric: Metric, { x, y }: UnitValue): UnitValue {
  switch (metric.kind) {
    case 'conversion':
      return { x: Math.min(x, 1), y: Math.min(y, 1) };
    case 'count':
    case 'sum':
      return { x: capped(x, metric.cap), y: capped(y, metric.cap) };
    case 'mean':
    case 'share-above':
    case 'ratio':
      return { x, y };
    default:
      return metric satisfies never;
  }
}
