import { expect, test } from 'vitest';
import {
  MAX_PATTERN_LENGTH,
  MAX_SUBJECT_LENGTH,
  readLinearPattern,
} from '../../../src/evaluation/regex/linear-pattern.ts';

const read = (source: string, text: string): boolean | string => {
  const reading = readLinearPattern(source);
  return reading.ok ? reading.pattern.test(text) : reading.problem;
};

test.each([
  ['(?i)^blues$', 'BLUES', true],
  ['^[[:alpha:]]+$', 'blues', true],
  [String.raw`^\pL\z`, 'é', true],
  ['^.$', '😀', true],
  ['x', 'x'.repeat(MAX_SUBJECT_LENGTH), true],
  ['x', 'x'.repeat(MAX_SUBJECT_LENGTH + 1), false],
])('%s is read as RE2 reads it', (source, text, expected) => {
  expect(read(source, text)).toBe(expected);
});

test.each([
  ['(?=x)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['x'.repeat(MAX_PATTERN_LENGTH + 1), 'the pattern has 257 characters, more than 256'],
  ['(?:ab){999}', "the pattern's program size is 2000, more than 1000"],
])('%s is refused, with the reason', (source, problem) => {
  expect(read(source, 'x')).toBe(problem);
});
