import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkVectors } from '../../../../src/experiment/statistics/vector-checks/check-vectors.ts';
import { STATISTICS_FUNCTIONS } from '../../../../src/experiment/statistics/vector-checks/statistics-functions.ts';

const text = readFileSync(join(import.meta.dirname, '..', 'vectors', 'experiment-statistics.json'), 'utf8');
const header = JSON.parse(text) as { header: { definitions: Record<string, string> } };

/** Much tighter than the header asks. */
const TIGHT = { relative: 1e-9, absolute: 1e-12, absolutePValue: 1e-300 };

const checkOne = (name: string, given: object): readonly unknown[] => {
  const check = checkVectors(JSON.stringify({ vectors: { [name]: [given] } }));
  return check.kind === 'checked' ? check.functions.flatMap(({ problems }) => problems) : [check.problem];
};

describe('the test vectors', () => {
  const check = checkVectors(text, TIGHT);
  if (check.kind !== 'checked') throw new Error(check.problem);

  test('name 22 functions, and there is no other', () => {
    expect(check.functions).toHaveLength(22);
    expect([...STATISTICS_FUNCTIONS.keys()].toSorted()).toEqual(
      check.functions.map(({ name }) => name).toSorted(),
    );
    expect([...STATISTICS_FUNCTIONS.keys()].toSorted()).toEqual(
      Object.keys(header.header.definitions).toSorted(),
    );
  });

  test.each(check.functions)('$name agrees to nine digits', ({ agreed, all, problems }) => {
    expect(problems).toEqual([]);
    expect(agreed).toBe(all);
    expect(all).toBeGreaterThan(5);
  });
});

describe('a case', () => {
  const input = { control: { n: 100, successes: 10 }, treatment: { n: 100, successes: 20 }, alpha: 0.05 };

  test.each([
    ['a number that is off', { difference: 0.1002 }, 'difference: expected 0.1002, got 0.1'],
    [
      'not enough data, wrongly',
      { status: 'not-enough-data' },
      'status: expected "not-enough-data", got "ok"',
    ],
    ['a field that no result has', { effect: 1 }, 'effect: expected 1, got undefined'],
  ])('disagrees with %s', (_, expected, problem) => {
    expect(checkOne('twoProportionZ', { name: 'one', input, expect: expected })).toEqual([
      { name: 'one', problem },
    ]);
  });

  test('agrees within the tolerance of the header', () => {
    expect(checkOne('twoProportionZ', { name: 'one', input, expect: { difference: 0.10009 } })).toEqual([]);
  });

  test('that expects a number never agrees with not enough data', () => {
    const empty = { ...input, control: { n: 0, successes: 0 } };
    expect(checkOne('twoProportionZ', { input: empty, expect: { difference: 0 } })).toEqual([
      { name: 'case 1', problem: 'status: expected "ok", got "not-enough-data"' },
    ]);
  });

  test('a list must be as long', () => {
    const given = { input: { pValues: [0.01, 0.5] }, expect: { holm: [0.02] } };
    expect(checkOne('multipleComparisons', given)).toEqual([
      { name: 'case 1', problem: 'holm: expected [0.02], got [0.02,0.5]' },
    ]);
  });

  test.each([
    [
      'an unknown function',
      'threeProportions',
      { input, expect: {} },
      /unknown function; known are twoProportionZ, /,
    ],
    ['no input', 'welchT', { expect: {} }, /not a case: .*expected record/s],
    [
      'an impossible input',
      'twoProportionZ',
      { input: { ...input, alpha: 2 }, expect: {} },
      /bad input: .*→ at alpha/s,
    ],
    [
      'more successes than units',
      'twoProportionZ',
      { input: { ...input, control: { n: 1, successes: 2 } }, expect: {} },
      /no more successes than units/,
    ],
  ])('with %s: the error says so', (_, name, given, problem) => {
    expect(checkOne(name, given)).toEqual([
      expect.objectContaining({ problem: expect.stringMatching(problem) }),
    ]);
  });
});

describe('a file', () => {
  test.each([
    ['that is not JSON', '{"vectors": ', /^expected JSON: /],
    ['of another shape', '{"cases": []}', /^expected \{"vectors": \{function: \[case\]\}\}: /],
  ])('%s is not read', (_, content, problem) => {
    expect(checkVectors(content)).toEqual({ kind: 'unreadable', problem: expect.stringMatching(problem) });
  });
});
