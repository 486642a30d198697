import { expect, test } from 'vitest';
import {
  addEvent,
  contributionOf,
  isInWindow,
  type MetricEvent,
  NO_VALUE,
} from '../../../src/experiment/counting/unit-value.ts';
import type { Metric } from '../../../src/experiment/metrics/metric.ts';

const common = { key: 'm', name: 'm', direction: 'up', window_hours: null } as const;
const event = (eventKey: string, value: number | null = null): MetricEvent => ({ eventKey, value, at: 0 });
const plays = [event('play', 3), event('play', 10), event('play'), event('play', -2), event('skip', 4)];

test.each<[string, Metric, { x: number; y: number }]>([
  ['a conversion', { ...common, kind: 'conversion', event_key: 'play' }, { x: 1, y: 0 }],
  ['a count', { ...common, kind: 'count', event_key: 'play', cap: null }, { x: 4, y: 0 }],
  ['a capped count', { ...common, kind: 'count', event_key: 'play', cap: 3 }, { x: 3, y: 0 }],
  [
    'a sum, in which values below 0 are 0',
    { ...common, kind: 'sum', event_key: 'play', cap: null },
    { x: 13, y: 0 },
  ],
  ['a capped sum', { ...common, kind: 'sum', event_key: 'play', cap: 12 }, { x: 12, y: 0 }],
  ['a mean of capped values', { ...common, kind: 'mean', event_key: 'play', cap: 5 }, { x: 8, y: 3 }],
  ['a share above a limit', { ...common, kind: 'share-above', event_key: 'play', limit: 3 }, { x: 1, y: 3 }],
  [
    'a ratio',
    {
      ...common,
      kind: 'ratio',
      numerator: { event_key: 'skip', of: 'sum' },
      denominator: { event_key: 'play', of: 'count' },
    },
    { x: 4, y: 4 },
  ],
])('%s of one listener', (_, metric, expected) => {
  const value = plays.reduce((before, each) => addEvent(metric, before, each), NO_VALUE);
  expect(contributionOf(metric, value)).toEqual(expected);
});

const HOUR = 3_600_000;

test.each([
  ['at the exposure', 100, null, null, true],
  ['before it', 99, null, null, false],
  ['long after it', 99 * HOUR, null, null, true],
  ['within the window', 99 + HOUR, 1, null, true],
  ['after the window', 100 + HOUR, 1, null, false],
  ['at the end of the phase', 200, null, 200, false],
])('an event %s counts: %#', (_, at, window_hours, endsAt, expected) => {
  expect(isInWindow({ window_hours }, 100, endsAt, at)).toBe(expected);
});
