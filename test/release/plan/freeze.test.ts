import { describe, expect, test } from 'vitest';
import { compileFreeze, firstOpen } from '../../../src/release/plan/freeze.ts';
import type { FreezeDocument } from '../../../src/release/plan/plan-document.ts';

const at = (text: string): number => Date.parse(text);

describe('a freeze', () => {
  const weekend: FreezeDocument = { days: ['friday'], from: '18:00', to: '06:00', timezone: 'Europe/Berlin' };
  test.each([
    // 2030-05-03 is a Friday; Berlin is two hours ahead of UTC in May.
    ['2030-05-03T15:59:59Z', false],
    ['2030-05-03T16:00:00Z', true],
    ['2030-05-04T03:59:59Z', true],
    ['2030-05-04T04:00:00Z', false],
    ['2030-05-04T16:00:00Z', false],
    // In January Berlin is one hour ahead.
    ['2030-01-04T16:59:59Z', false],
    ['2030-01-04T17:00:00Z', true],
  ])('of Friday night in Berlin: at %s it is %s', (moment, frozen) => {
    expect(compileFreeze([weekend])(at(moment))).toBe(frozen);
  });

  test('ends at the first minute that no window covers', () => {
    const windows: readonly FreezeDocument[] = [
      { start: '2030-05-01T12:00:00Z', end: '2030-05-03T10:00:00Z' },
      { days: ['friday'], from: '09:00', to: '17:30' },
    ];
    expect(firstOpen(windows, at('2030-05-01T11:00:00Z'))).toBe(at('2030-05-01T11:00:00Z'));
    expect(firstOpen(windows, at('2030-05-01T12:00:00Z'))).toBe(at('2030-05-03T17:30:00Z'));
    expect(firstOpen([{ from: '00:00', to: '24:00' }], at('2030-05-01T12:00:00Z'))).toBeUndefined();
  });
});
