import { array, assert, jsonValue, property } from 'fast-check';
import { expect, test } from 'vitest';
import { parseValueLines, valueLines } from '../../../../src/http/dashboard/targeting/value-lines.ts';

test.each([
  ['DE\n18\n"18"', ['DE', 18, '18']],
  [' true \n\nnull\n"a\\nb"', [true, null, 'a\nb']],
  ['{"a":[1]}\n{broken', [{ a: [1] }, '{broken']],
])('%j is read as %j', (text, values) => {
  expect(parseValueLines(text)).toEqual(values);
});

test('every list of values comes back as it was', () => {
  const value = jsonValue().map((json) => JSON.parse(JSON.stringify(json)));
  assert(
    property(array(value), (values) => {
      expect(parseValueLines(valueLines(values))).toEqual(values);
    }),
  );
});
