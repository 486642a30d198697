import { expect, test } from 'vitest';
import { estimateProgram } from '../../../src/evaluation/regex/estimate-program.ts';
import { compilePattern } from '../../../src/evaluation/regex/pattern.ts';
import { translatePattern } from '../../../src/evaluation/regex/translate-pattern.ts';

test.each([
  ['abc', 3],
  ['ab{10}c*', 12],
  ['(?:ab){10}c', 21],
  ['(?:(?:a{10}){10}){10}', 1_000],
  ['x{3,}y{2,5}', 8],
  ['[a-z]{999}|b', 1_001],
])('%s is about %i instructions', (pattern, size) => {
  const translation = translatePattern(pattern);
  expect(estimateProgram(translation.ok ? translation.re2 : [])).toBe(size);
});

test('a pattern that would take seconds to compile is refused by its estimate', () => {
  expect(compilePattern('[^a]{999}'.repeat(28))).toMatchObject({
    ok: false,
    problem: "the pattern's program size is about 27972, more than 1000",
  });
});

test('groups that close more often than they open count nothing', () => {
  expect(estimateProgram(['a', ')', ')', 'a', '*'])).toBe(0);
});
