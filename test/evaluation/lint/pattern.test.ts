import { expect, test } from 'vitest';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { flag, onX, rule } from '../../support/flag-builders.ts';

const raw = String.raw;
const findingsOf = (...patterns: readonly string[]): readonly string[] =>
  lintFlag(flag({ rules: [rule([onX('matches', ...patterns)])] }), { flags: {}, segments: {} }).map(
    ({ severity, code, message }) => `${severity} ${code} ${message}`,
  );

test.each([
  ['(?i)admin', 'JavaScript does not take it: Invalid group'],
  ['(?P<n>a)', 'JavaScript does not take it: Invalid group'],
  ['(?i:a)', 'only newer versions of JavaScript know flags, as in (?i:'],
  ['(?=a)', '(?= looks around'],
  ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`'],
])('%s is taken by some and not by others', (pattern, problem) => {
  expect(findingsOf(pattern)).toEqual([
    `error invalid_regex expected a regular expression that JavaScript and RE2 take: ${problem}`,
  ]);
});

test.each([
  [raw`\pL`, raw`\p`],
  [raw`a\z`, raw`\z`],
  [raw`\a`, raw`\a`],
  [raw`\é`, raw`\é`],
  [raw`\u00e9`, raw`\u`],
  [raw`\0`, raw`\0`],
  [raw`[a\-\u00e9]`, raw`\u`],
  ['[[:alpha:]]', '[:'],
  ['[]', '[]'],
  ['[^]', '[^]'],
  ['(?<n>a)', '(?<'],
  ['x{,3}', '{,3}'],
])('%s is an error, because SDKs do not read %s alike', (pattern, piece) => {
  expect(findingsOf(pattern)).toEqual([
    expect.stringContaining(`error regex_dialect Go, JavaScript and Python do not read ${piece} alike`),
  ]);
});

test.each([
  [raw`^\$5`],
  [raw`C:\\pL`],
  [raw`\.\/\-\_\ \x41\t\n\v\f\r\d\W\b`],
  [raw`[\\d$.]\[:`],
  ['^(?:a|b){1,3}?[x-z]*c+$'],
  ['x{y}, {'],
  ['(?:😀)+é'],
])('%s is the same everywhere', (pattern) => {
  expect(findingsOf(pattern)).toEqual([]);
});

test('the patterns of one flag have a cost together, over which none is compiled any more', () => {
  const expensive = Array.from({ length: 200 }, (_, nth) => `${'[^a]'.repeat(nth % 7)}[^b]{900}`);
  expect(findingsOf(...expensive).filter((finding) => finding.startsWith('error'))).toEqual([
    'error limit_exceeded expected patterns with a program size of at most 5000 together, and this one is over it; none after it was looked at',
  ]);
  expect(findingsOf(...Array.from({ length: 200 }, (_, nth) => `@shop-${nth}[.]example`))).toEqual([]);
});
