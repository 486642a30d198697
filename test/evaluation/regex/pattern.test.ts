import { describe, expect, test } from 'vitest';
import {
  compileLinearPattern,
  MAX_PATTERN_LENGTH,
  MAX_SUBJECT_LENGTH,
} from '../../../src/evaluation/regex/linear-pattern.ts';
import { compilePattern, matchesPattern } from '../../../src/evaluation/regex/pattern.ts';
import { clause, matches, user } from '../../support/flag-builders.ts';

const problemOf = (text: string): string | undefined => {
  const pattern = compilePattern(text);
  return pattern.ok ? undefined : pattern.problem;
};

describe('a pattern', () => {
  test('searches anywhere in the text', () => {
    const pattern = compilePattern('b+');
    expect([matchesPattern(pattern, 'abba'), matchesPattern(pattern, 'aa')]).toEqual([true, false]);
  });

  test('may deny all characters up to the last', () => {
    const pattern = compilePattern(String.raw`^[^b-\uffff]$`);
    expect(['a', 'b', '\uffff'].map((text) => matchesPattern(pattern, text))).toEqual([true, false, false]);
  });

  test('a text too long does not match', () => {
    const pattern = compilePattern('x');
    expect(matchesPattern(pattern, 'x'.repeat(MAX_SUBJECT_LENGTH))).toBe(true);
    expect(matchesPattern(pattern, 'x'.repeat(MAX_SUBJECT_LENGTH + 1))).toBe(false);
  });

  test('a pattern too long, too costly or not known to JavaScript and RE2 is refused with the reason, and matches nothing', () => {
    expect(problemOf('x'.repeat(MAX_PATTERN_LENGTH))).toBeUndefined();
    expect(problemOf('x'.repeat(MAX_PATTERN_LENGTH + 1))).toBe(
      'the pattern has 257 characters, more than 256',
    );
    expect(problemOf('(?:ab){999}')).toMatch(/^the pattern's program size is \d+, more than 1000$/);
    expect(problemOf('(?=x)')).toBe('(?= looks around');
    expect(problemOf('(x)\\1')).toBe('\\1 refers back to a group');
    expect(problemOf('(')).toBe('JavaScript does not take it: Unterminated group');
    expect(matchesPattern(compilePattern('('), '(')).toBe(false);
  });

  test('as a value for others it is there, or not', () => {
    expect(compileLinearPattern('^blues$')?.test('blues')).toBe(true);
    expect(compileLinearPattern('^blues$')?.test('the blues')).toBe(false);
    expect(compileLinearPattern('x'.repeat(MAX_PATTERN_LENGTH))).toBeDefined();
    expect(compileLinearPattern('x'.repeat(MAX_PATTERN_LENGTH + 1))).toBeUndefined();
    expect(compileLinearPattern('(?<!x)')).toBeUndefined();
  });
});

/** Each takes a backtracking engine for ever, or near it, on one of the texts below. */
const EVIL = [
  ...['a', 'x', '.', '\\w', '[a-z]', '(?:a|x)'].flatMap((atom) => [
    `(${atom}+)+$`,
    `^(${atom}+)+$`,
    `(${atom}*)*$`,
    `^(${atom}*)*b$`,
    `(${atom}|${atom})*$`,
    `^(${atom}|${atom}|${atom})*!$`,
    `(${atom}+)*${atom}+b`,
    `^((${atom}+)+)+$`,
  ]),
  '(a|aa)+$',
  '(a|a?)+$',
  '^(a?){200}a$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^([a-zA-Z0-9])(([-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
  '(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)b',
  '(.*?,){11}P',
  '(x+x+)+y',
  '^(?:.?){64}b$',
  '(((a+)+)+)+$',
  '(\\s*a\\s*)*$',
  '^[\\s\\u200c]+|[\\s\\u200c]+$',
  '(?:a{0,50}){0,50}b',
];

describe('patterns made to hang', () => {
  test('there are sixty of them and more', () => {
    expect(EVIL.length).toBeGreaterThanOrEqual(60);
  });

  test.each(EVIL)('%s comes to an end', (pattern) => {
    const texts = ['a', 'x', ' '].map((letter) => `${letter.repeat(MAX_SUBJECT_LENGTH - 1)}!`);
    for (const value of texts) {
      const answer = matches(
        clause({ attribute: 'text', op: 'matches', values: [pattern] }),
        user('anna', { value, text: value }),
      );
      expect(typeof answer).toBe('boolean');
    }
  });
});
