import { describe, expect, test } from 'vitest';
import { valueText } from '../../../../src/http/dashboard/text/value-text.ts';

describe('a value on one line', () => {
  test.each([
    [true, 'true'],
    ['neon', 'neon'],
    ['two words', '"two words"'],
    [{ a: [1] }, '{"a":[1]}'],
    ['x'.repeat(50), `${'x'.repeat(39)}…`],
    [undefined, 'a variation that does not exist'],
  ])('%j is %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });
});
