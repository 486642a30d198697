import type { Metric } from '../metrics/metric.ts';
import { eventKeysOf, hasHistory } from '../metrics/metric.ts';
import { REPORTING, type UnitValues } from './arm-totals.ts';
import type { Assignment } from './assignment.ts';
import {
  addEvent,
  addHistory,
  isInWindow,
  type MetricEvent,
  NO_VALUE,
  type UnitValue,
} from './unit-value.ts';

type Counted = Extract<Assignment, { kind: 'counted' }>;

const ANY_TIME = { window_hours: null };

/**
 * A counted unit's values after its events. Events after its window, or after the end of its phase, change nothing; nor do
 * those before its exposure, save that the last `historyMs` of them are its history.
 *
 * @param endsAt when the unit's phase ended, in epoch milliseconds; null: it lasts
 */
export function addEvents(
  metrics: readonly Metric[],
  before: UnitValues,
  events: readonly MetricEvent[],
  { firstAt }: Pick<Counted, 'firstAt'>,
  endsAt: number | null,
  historyMs: number,
): Map<number, UnitValue> {
  const after = new Map(before);
  const add = (place: number, value: UnitValue): void => {
    if (value.x !== 0 || value.y !== 0) after.set(place, value);
  };
  for (const event of events) {
    if (event.at < firstAt && event.at >= firstAt - historyMs) {
      for (const [place, metric] of metrics.entries()) {
        if (hasHistory(metric)) add(place, addHistory(metric, after.get(place) ?? NO_VALUE, event));
      }
    }
    if (!isInWindow(ANY_TIME, firstAt, endsAt, event.at)) continue;
    // That it did anything; how often would be a write for each event.
    if (!after.has(REPORTING)) add(REPORTING, { x: 1, y: 0 });
    for (const [place, metric] of metrics.entries()) {
      if (!eventKeysOf(metric).includes(event.eventKey)) continue;
      if (!isInWindow(metric, firstAt, endsAt, event.at)) continue;
      add(place, addEvent(metric, after.get(place) ?? NO_VALUE, event));
    }
  }
  return after;
}
