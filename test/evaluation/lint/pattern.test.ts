import { describe, expect, test } from 'vitest';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { flag, onX, rule } from '../../support/flag-builders.ts';

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
  [raw`\pL`, raw`\p`],
  [raw`a\z`, raw`\z`],
  [raw`\a`, raw`\a`],
  [raw`\é`, raw`\é`],
  [raw`\u00e9`, raw`\u00e9`],
  [raw`\0`, raw`\0`],
  [raw`[\b]`, raw`[\b]`],
  [raw`[a\-\u00e9]`, raw`[a\-\u00e9]`],
  ['[[:alpha:]]', '[[:alpha:]'],
  ['[a[:digit:]]', '[a[:digit:]'],
  ['[]', '[]'],
  ['[^]', '[^]'],
  ['[😀]', '[😀]'],
  ['😀+', '\ud83d'],
  ['\u{d83d}', '\ud83d'],
  ['(?<n>a)', '(?<n>'],
  ['x{,3}', '{'],
  ['x{,}', '{'],
])('%s is an error, because SDKs do not read %s alike', (pattern, piece) => {
  const errors = lint(pattern).filter((finding) => finding.startsWith('error'));
  expect(errors).toEqual([
    expect.stringContaining(`error regex_dialect Go, JavaScript and Python do not read ${piece} alike`),
  ]);
});

describe('pieces that SDKs read differently for rare characters only are one warning', () => {
  test.each([
    ['a.b', '.'],
    ['(foo|bar)$', '$'],
    [raw`\d+-\d+`, raw`\d`],
    [raw`\D`, raw`\D`],
    [raw`[\w.-]`, raw`\w`],
    [raw`a\sb\W`, raw`\s \W`],
    [raw`\S`, raw`\S`],
    [raw`\bfoo\B`, raw`\b \B`],
    ['[^@]+@', '[^@]'],
  ])('%s names %s', (pattern, pieces) => {
    expect(lint(pattern)).toEqual([expect.stringMatching(/^warning regex_edges .* for /)]);
    expect(lint(pattern)[0]?.split(' for ').at(-1)).toBe(pieces);
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

test('the patterns of one flag have a cost together, over which none is compiled any more', () => {
  const expensive = Array.from({ length: 200 }, (_, nth) => `${'[^a]'.repeat(nth % 7)}[^b]{900}`);
  expect(lint(...expensive).filter((finding) => finding.startsWith('error'))).toEqual([
    'error limit_exceeded expected patterns with a program size of at most 5000 together, and this one is over it; none after it was looked at',
  ]);
  expect(lint(...Array.from({ length: 200 }, (_, nth) => `@shop-${nth}[.]example`))).toEqual([]);
});
