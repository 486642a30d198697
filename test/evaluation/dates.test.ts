import { expect, test } from 'vitest';
import { toEpochMs } from '../../src/evaluation/dates.ts';

test.each<[unknown, number]>([
  [0, 0],
  [1_700_000_000_000.5, 1_700_000_000_000.5],
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00.25Z', 250],
  ['1970-01-01T07:00:00+07:00', 0],
  ['1969-12-31T17:00:00-07:00', 0],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2023-02-30T00:00:00Z', Date.UTC(2023, 2, 2)],
  ['1970-01-01', Number.NaN],
  ['1970-01-01T00:00Z', Number.NaN],
  ['1970-01-01T00:00:00', Number.NaN],
  ['1970-01-01 00:00:00Z', Number.NaN],
  ['1970-01-01T00:00:00Z!', Number.NaN],
  ['1970-13-01T00:00:00Z', Number.NaN],
  ['soon', Number.NaN],
  ['0', Number.NaN],
  [true, Number.NaN],
  [null, Number.NaN],
  [undefined, Number.NaN],
  [['1970-01-01T00:00:00Z'], Number.NaN],
])('%j as milliseconds since 1970 is %d', (value, epochMs) => {
  expect(toEpochMs(value)).toBe(epochMs);
});
