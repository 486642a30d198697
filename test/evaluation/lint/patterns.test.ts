import { describe, expect, test } from 'vitest';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { flag, onX, rule } from '../givens.ts';

const raw = String.raw;

const lint = (...patterns: readonly string[]): readonly string[] =>
  lintFlag(flag({ rules: [rule([onX('matches', ...patterns)])] }), { flags: {}, segments: {} }).map(
    ({ severity, code, message }) => `${severity} ${code} ${message}`,
  );

const TAKES = 'error invalid_regex expected a regular expression that JavaScript and RE2 take: ';

test.each([
  ['(?i)admin', 'JavaScript does not take it: Invalid group'],
  ['(?P<n>a)', 'JavaScript does not take it: Invalid group'],
  ['(?i:a)', 'only newer versions of JavaScript know flags, as in (?i:'],
  ['(?=a)', '(?= looks around'],
  ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`'],
])('%s is taken by some and not by others', (pattern, problem) => {
  expect(lint(pattern)).toEqual([TAKES + problem]);
});

test.each([
  [raw`\pL`, raw`\p is not the same`],
  [raw`a\z`, raw`\z is not the same`],
  [raw`\a`, raw`\a is not the same`],
  [raw`\é`, raw`\é is not the same`],
  [raw`\u00e9`, raw`\u00e9 is not the same`],
  [raw`\0`, raw`\0 is not the same`],
  [raw`[\b]`, raw`\b is not the same`],
  [raw`[a\-\u00e9]`, raw`\u is not the same`],
  ['[[:alpha:]]', '[:…:] is a class'],
  ['[a[:digit:]]', '[:…:] is a class'],
  ['[]', 'an empty class'],
  ['[^]', 'an empty class'],
  ['[😀]', 'a character past U+FFFF counts as two in the node SDK: it cannot stand in a class'],
  ['😀+', 'a character past U+FFFF counts as two in the node SDK: put'],
  ['\u{d83d}', 'half of a character'],
  ['(?<n>a)', '(?<name>…) is not known to Python'],
  ['x{,3}', '{,…} repeats in Python'],
  ['x{,}', '{,…} repeats in Python'],
])('%s is read in more than one way, which is an error', (pattern, message) => {
  const errors = lint(pattern).filter((finding) => finding.startsWith('error'));
  expect(errors).toEqual([expect.stringContaining(`error regex_dialect ${message}`)]);
});

test('each way is told once', () => {
  expect(lint(raw`\d+-\d+`)).toHaveLength(1);
  expect(lint(raw`\d\w`)).toHaveLength(2);
  expect(lint('a.*b.*c$')).toHaveLength(2);
});

describe('only text that is rare is read in more than one way, which is a warning', () => {
  test.each([
    ['a.b', '. also finds a carriage return'],
    ['(foo|bar)$', '$ also matches before a final line break in Python'],
    [raw`\d`, raw`\d is 0 to 9`],
    [raw`\D`, raw`\D is all but 0 to 9`],
    [raw`[\w.-]`, raw`\w is ASCII`],
    [raw`\W`, raw`\W is all but ASCII`],
    [raw`a\sb`, raw`\s leaves out`],
    [raw`\S`, raw`\S has many`],
    [raw`\bfoo`, raw`\b is about words of ASCII`],
    [raw`foo\B`, raw`\B is about words of ASCII`],
    ['[^@]+@', '[^…] finds half of a character'],
  ])('by %s', (pattern, message) => {
    expect(lint(pattern)).toEqual([expect.stringContaining(`warning regex_edges ${message}`)]);
  });
});

test.each([
  [raw`^\$5`],
  [raw`C:\\path`],
  [raw`C:\\d`],
  [raw`\.\/\-\_\ \x41\t\n\v\f\r`],
  ['[$.]'],
  [raw`[\\d$.]`],
  ['^(?:a|b){1,3}?[x-z]*c+'],
  ['x{y}, {'],
  ['a 😀 b'],
  ['(?:😀)+'],
  ['é'],
])('%s is the same everywhere', (pattern) => {
  expect(lint(pattern)).toEqual([]);
});
