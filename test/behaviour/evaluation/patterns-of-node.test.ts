import { describe, expect, test } from 'vitest';
import { compilePattern, matchesPattern } from '../../../src/evaluation/regex/pattern.ts';
import { fc } from '../../support/seeded-fast-check.ts';
import { clause, matches, user } from '../../support/flag-builders.ts';

const ours = (pattern: string, text: string): boolean => matchesPattern(compilePattern(pattern), text);

/** What the node SDK does with a pattern. Only for patterns that are known to be harmless. */
const nodes = (pattern: string, text: string): boolean => {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
};

const raw = String.raw;

/** A pattern, a text, and whether the node SDK finds the one in the other. */
const READ_OTHERWISE: readonly (readonly [string, string, boolean])[] = [
  ['(?i)admin', 'ADMIN', false],
  ['(?P<n>a)', 'a', false],
  ['(?<n>a)', 'a', true],
  [raw`\pL`, 'é', false],
  [raw`\pL`, 'pL', true],
  [raw`a\z`, 'a', false],
  [raw`a\z`, 'az', true],
  [raw`\Aa`, 'Aa', true],
  [raw`\a`, 'a', true],
  [raw`\k`, 'k', true],
  [raw`\é`, 'é', true],
  [raw`\/`, '/', true],
  ['[[:alpha:]]', 'q', false],
  ['[[:alpha:]]', 'a]', true],
  ['[^[:space:]]+@', 'bob@', false],
  ['[a[:digit:]]', '7', false],
  [raw`a\sb`, 'a\u{a0}b', true],
  [raw`a\Sb`, 'a\u{a0}b', false],
  [raw`^[^\s]$`, '\u{feff}', false],
  [raw`^\w\W\d\D$`, 'aé1٣', true],
  ['a.b', 'a\rb', false],
  ['a.b', 'a\u{2028}b', false],
  ['a$', 'a\n', false],
  ['^b', 'a\nb', false],
  [raw`\bé`, 'é', false],
  [raw`a\B`, 'ab', true],
  [raw`\x{41}`, 'A', false],
  [raw`^\x{3}$`, 'xxx', true],
  [raw`\x41\u0041\u41`, 'AAu41', true],
  [raw`\0\1\12\123\8\477`, '\0\u{1}\nS8\u{27}7', true],
  [raw`^[\0\1\012\8]+$`, '\0\u{1}\n8', true],
  [raw`\cA\c!\t\n\v\f\r`, '\u{1}\\c!\t\n\v\f\r', true],
  [raw`^[\cA\c1\c!\b]+$`, '\u{1}\u{11}\\c!\b', true],
  ['[]', 'a', false],
  ['^[^]$', '\n', true],
  ['[]a]', 'a]', false],
  [raw`^[\w-z]+$`, 'a-z', true],
  [raw`^[a-\d]+$`, 'a-7', true],
  [raw`^[a-\d]+$`, 'b', false],
  [raw`^[\d--z]+$`, '7-z', true],
  [raw`[\d--z]`, 'a', false],
  [raw`^[\w-+-9]+$`, 'a-+9', true],
  [raw`[\w-+-9]`, ',', false],
  ['^[a-c-]+$', 'b-', true],
  ['^x{,3}y{z}]$', 'x{,3}y{z}]', true],
  ['^(?:a{02}|b{1,03}|c{0,})$', 'aa', true],
  ['^(?:a{02}|b{1,03}|c{0,})$', 'bbb', true],
  ['^a??b+?c*?$', 'abb', true],
  ['^.$', '😀', false],
  ['^[^a]{2}$', '😀', true],
  ['^😀+$', '😀', true],
  ['^😀+$', '😀😀', false],
  ['[😀]', '\u{d83d}', true],
  ['^[\u{d7ff}-\u{e000}]{2}$', '😀', true],
];

describe('a pattern means what it means to JavaScript', () => {
  test.each(READ_OTHERWISE)('%j on %j: %j', (pattern, text, expected) => {
    expect(nodes(pattern, text)).toBe(expected);
    expect(ours(pattern, text)).toBe(expected);
    const given = clause({ attribute: 'text', op: 'matches', values: [pattern] });
    expect(matches(given, user('anna', { text }))).toBe(expected);
  });

  test.each([
    ['(?i)a', 'JavaScript does not take it: Invalid group'],
    ['a**', 'JavaScript does not take it: Nothing to repeat'],
    ['(?=a)', '(?= looks around'],
    ['(?!a)', '(?! looks around'],
    ['(?<=a)', '(?<= looks around'],
    ['(?<!a)', '(?<! looks around'],
    [raw`(a)\1`, raw`\1 refers back to a group`],
    [raw`\2((b))`, raw`\2 refers back to a group`],
    [raw`\1([)])`, raw`\1 refers back to a group`],
    [raw`(?<n>a)\k<n>`, raw`\k refers back to a group`],
    ['(?i:a)', 'only newer versions of JavaScript know flags, as in (?i:'],
    ['a{100000000000}', "the pattern's program size is about 100000000000, more than 1000"],
  ])('%s matches nothing, and says why', (pattern, problem) => {
    expect(compilePattern(pattern)).toMatchObject({ ok: false, problem });
    expect(ours(pattern, 'a')).toBe(false);
  });

  test.each([raw`\(\1`, raw`[(]\1`, raw`(?:a)\1`])('%s counts no group', (pattern) => {
    expect(compilePattern(pattern).ok).toBe(true);
  });
});

const ESCAPED =
  'd D w W s S a z A Z p P e k c cA x x41 x4 ^ u u00e9 t n v f r 0 1 7 8 12 400 . $ \\ / [ ]'.split(' ');
const ATOMS = [
  'a b z 0 7 _ - , ] } { é 😀 . [] [^] [[:alpha:]] [a-z] [^a] [^é😀] [\\s\\d-z] [\\b\\c1] [z\\-a] [.$^|(]'.split(
    ' ',
  ),
  [' ', '\n', '\r', '\u{2028}'],
  ESCAPED.map((name) => `\\${name}`),
].flat();
const EDGES = ['^', '$', '\\b', '\\B', ''];
const REPEATS = ['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{0,2}', '{01,}', '{,2}', '{'];

/** Two levels, few parts and short texts: no engine is slow on them. */
const piece = fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...REPEATS)).map((parts) => parts.join(''));
const run = fc
  .tuple(fc.constantFrom(...EDGES), fc.array(piece, { maxLength: 3 }), fc.constantFrom(...EDGES))
  .map(([start, pieces, end]) => start + pieces.join('') + end);
const group = fc
  .tuple(fc.constantFrom('(', '(?:', '(?<n>'), run, run, fc.constantFrom('', '?', '*', '{1,2}'))
  .map(([open, one, other, repeat]) => `${open}${one}|${other})${repeat}`);
const harmless = fc.oneof(
  run,
  fc.tuple(run, group, run).map((parts) => parts.join('')),
);
const letters = [
  'a b z 0 7 _ - , ] } { é \\ k u $ . ^ A Z p P c 😀'.split(' '),
  [' ', '\n', '\r', '\t', '\u{1}', '\u{a0}', '\u{2028}', '\u{feff}', '\u{d83d}', '\u{de00}'],
].flat();
const text = fc.array(fc.constantFrom(...letters), { maxLength: 6 }).map((parts) => parts.join(''));

test('whatever harmless pattern there is, JavaScript finds it where it is found here', () => {
  fc.assert(
    fc.property(harmless, fc.array(text, { minLength: 1, maxLength: 8 }), (pattern, texts) => {
      const compiled = compilePattern(pattern);
      fc.pre(compiled.ok || !compiled.problem.endsWith('refers back to a group'));
      const found = texts.map((given) => ours(pattern, given));
      expect([pattern, found]).toEqual([pattern, texts.map((given) => nodes(pattern, given))]);
    }),
    { numRuns: 3_000 },
  );
});
