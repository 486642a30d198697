import { expect, test } from 'vitest';
import { show } from '../../src/evaluation/show.ts';

test.each<[unknown, string]>([
  [undefined, 'nothing'],
  [null, 'null'],
  ['a "b"', '"a \\"b\\""'],
  ['x'.repeat(80), `"${'x'.repeat(80)}"`],
  ['x'.repeat(81), `"${'x'.repeat(80)}"…`],
  [5, '5'],
  [Number.NaN, 'NaN'],
  [false, 'false'],
  [[1, 2], 'a list'],
  [{ a: 1 }, 'an object'],
  [() => 1, 'function'],
  [Symbol('s'), 'symbol'],
])('%j is shown as %s', (value, text) => {
  expect(show(value)).toBe(text);
});
