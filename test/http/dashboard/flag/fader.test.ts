import { describe, expect, test } from 'vitest';
import { faderPosition, MARKS, percentText } from '../../../../src/http/dashboard/flag/fader.ts';

describe('the fader', () => {
  test('has its marks at equal distances', () => {
    expect(MARKS.map((mark) => Math.round(faderPosition(mark) * 100) / 100)).toEqual([
      0, 16.67, 33.33, 50, 66.67, 83.33, 100,
    ]);
  });

  test('rises all the way', () => {
    const positions = Array.from({ length: 1_001 }, (_, index) => faderPosition(index / 10));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(new Set(positions).size).toBe(positions.length);
  });

  test.each([
    [0, '0\u00a0%'],
    [0.001, '0.001\u00a0%'],
    [33.3, '33.3\u00a0%'],
    [100, '100\u00a0%'],
  ])('%d reads %s', (percentage, text) => {
    expect(percentText(percentage)).toBe(text);
  });
});
