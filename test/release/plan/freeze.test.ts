import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { compileFreeze, firstOpen } from '../../../src/release/plan/freeze.ts';
import { type FreezeDocument, WEEKDAYS } from '../../../src/release/plan/plan-document.ts';

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

  test.each<[string, readonly FreezeDocument[], string, string | undefined]>([
    [
      'clocks that are put forward',
      [{ from: '01:00', to: '02:30', timezone: 'Europe/Berlin' }],
      '2030-03-31T00:30:00Z',
      '2030-03-31T01:00:00Z',
    ],
    [
      'clocks that are put back',
      [{ from: '01:00', to: '02:30', timezone: 'Europe/Berlin' }],
      '2030-10-26T23:30:00Z',
      '2030-10-27T00:30:00Z',
    ],
    [
      'a night',
      [{ days: ['friday'], from: '18:00', to: '06:00' }],
      '2030-05-03T20:10:30Z',
      '2030-05-04T06:00:00Z',
    ],
    [
      'a weekend after dates',
      [
        { days: ['saturday', 'sunday'], from: '00:00', to: '24:00' },
        { start: '2030-05-01T00:00:00Z', end: '2030-05-04T10:00:00Z' },
      ],
      '2030-05-02T00:00:00Z',
      '2030-05-06T00:00:00Z',
    ],
    [
      'one minute of the week',
      [
        {
          days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
          from: '00:00',
          to: '24:00',
        },
        { days: ['sunday'], from: '00:00', to: '23:59' },
      ],
      '2030-05-06T00:00:00Z',
      '2030-05-12T23:59:00Z',
    ],
    [
      'two windows that leave nothing',
      [
        { from: '06:00', to: '18:00' },
        { from: '18:00', to: '06:00' },
      ],
      '2030-05-06T00:00:00Z',
      undefined,
    ],
  ])('is over after %s', (_, windows, from, open) => {
    expect(firstOpen(windows, at(from))).toBe(open === undefined ? undefined : at(open));
  });

  test('is over at the first minute that is not frozen, by every minute one after the other', () => {
    const window = fc.record({
      days: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 7 }),
      from: fc.constantFrom('00:00', '01:30', '09:00', '18:45', '22:00'),
      to: fc.constantFrom('02:15', '03:00', '12:00', '20:00', '24:00'),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
    });
    fc.assert(
      fc.property(
        fc.array(window, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 365 * 24 * 60 }),
        (windows, minute) => {
          const from = at('2030-01-01T00:00:00Z') + minute * 60_000;
          const isFrozen = compileFreeze(windows);
          let time = from;
          while (isFrozen(time) && time - from < 8 * 86_400_000) time += 60_000;
          expect(firstOpen(windows, from)).toBe(isFrozen(time) ? undefined : time);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('looks at few moments, however long and many the windows are', () => {
    const looks = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts');
    onTestFinished(() => looks.mockRestore());
    const windows: readonly FreezeDocument[] = [
      ...Array.from({ length: 10 }, () => ({ from: '00:00', to: '24:00' })),
      ...Array.from({ length: 10 }, (_unused, year) => ({
        start: `${2030 + year}-01-01T00:00:00Z`,
        end: `${2030 + year}-06-01T00:00:00Z`,
      })),
    ];
    expect(firstOpen(windows, at('2030-02-01T00:00:00Z'))).toBeUndefined();
    expect(looks.mock.calls.length).toBeLessThan(5_000);
  });
});
