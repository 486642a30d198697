import { expect, test } from 'vitest';
import { type GuardReadings, isReadable } from '../../../src/release/guard/guard-reading.ts';

const readings: GuardReadings = {
  listeners: { treatment: 30, control: 270 },
  newestAt: 1_800_000_000_000,
  guards: [
    {
      kind: 'events',
      classes: [{ share: 10_000, controlAtShare: 0, treatmentEvents: 3, controlEvents: 20 }],
    },
    {
      kind: 'values',
      scale: { cap: 9, centre: 2, scale: 1 },
      logEPerTilt: [0.5, -1],
      treatmentValues: 3,
      controlValues: 20,
    },
    {
      kind: 'outcomes',
      logE: 0.5,
      counts: { treatmentSuccess: 1, treatmentFailure: 2, controlSuccess: 3, controlFailure: 4 },
    },
  ],
};

test('counts that make sense are readable, also before the first listener', () => {
  expect(isReadable(readings)).toBe(true);
  expect(isReadable({ ...readings, newestAt: null })).toBe(true);
});

const [events, values, outcomes] = readings.guards;
const ofEvents = (counts: object) => ({
  guards: [
    { kind: 'events', classes: [{ ...(events?.kind === 'events' ? events.classes[0] : {}), ...counts }] },
  ],
});

test.each<[string, object]>([
  ['NaN listeners', { listeners: { treatment: Number.NaN, control: 1 } }],
  ['half a listener', { listeners: { treatment: 0.5, control: 1 } }],
  ['fewer than no listeners', { listeners: { treatment: 1, control: -3 } }],
  ['a moment that is none', { newestAt: Number.NaN }],
  ['NaN events', ofEvents({ treatmentEvents: Number.NaN })],
  ['infinitely many events', ofEvents({ controlEvents: Infinity })],
  ['fewer than no events', ofEvents({ treatmentEvents: -1 })],
  ['evidence of values that is NaN', { guards: [{ ...values, logEPerTilt: [0, Number.NaN] }] }],
  ['evidence of outcomes that is infinite', { guards: [{ ...outcomes, logE: Infinity }] }],
  ['outcomes below zero', { guards: [{ ...outcomes, counts: { treatmentSuccess: -1 } }] }],
])('%s are not readable', (_, fields) => {
  expect(isReadable(Object.assign({}, readings, fields))).toBe(false);
});
