import { describe, expect, test } from 'vitest';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../src/evaluation/lint/lint-segment.ts';
import { clause, flag, onX, rule, segment, segmentClause, segmentRule } from '../givens.ts';

const byFlag = (...rules: readonly (readonly unknown[])[]): readonly string[] =>
  lintFlag(flag({ rules: rules.map((clauses) => rule(clauses)) }), {
    flags: {},
    segments: { s: segment({ key: 's' }), t: segment({ key: 't' }) },
  }).map(({ code, pointer, message }) => `${code} ${pointer} ${message}`);

const COVERED = 'unreachable_rule /rules/1 rule 0 comes first and matches whomever this one matches';
const not = (given: object) => ({ ...given, negate: true });
const TWO = onX('in', 'US', 'CA');
const EMAIL = clause({ attribute: 'email', op: 'endsWith', values: ['@x'] });
const onPath = (contextKind: unknown) => clause({ contextKind, attribute: '/a', values: ['b'] });

describe('nobody comes to a rule', () => {
  test.each<readonly [string, readonly unknown[], readonly unknown[]]>([
    ['with the same clauses', [TWO], [TWO]],
    ['with the same clauses in another order', [TWO, EMAIL], [EMAIL, TWO]],
    ['with more clauses', [TWO], [EMAIL, TWO]],
    ['with fewer values', [TWO], [onX('in', 'CA')]],
    ['with its values in another order', [TWO], [onX('in', 'CA', 'US')]],
    ['with a value twice', [TWO], [onX('in', 'CA', 'US', 'CA')]],
    ['with fewer values of any operator', [onX('contains', 'a', 'b')], [onX('contains', 'b')]],
    ['with user beside the attribute', [TWO], [{ ...TWO, contextKind: 'user' }]],
    ['with more values, negated', [not(onX('in', 'US'))], [not(TWO)]],
    ['of one of the segments', [segmentClause(['s', 't'])], [{ ...segmentClause(['t']), attribute: 'x' }]],
  ])('%s', (_, first, second) => {
    expect(byFlag(first, second)).toEqual([COVERED]);
  });

  test('behind several, and hears of the first', () => {
    expect(byFlag([EMAIL], [TWO], [EMAIL, TWO])).toEqual([
      'unreachable_rule /rules/2 rule 0 comes first and matches whomever this one matches',
    ]);
    expect(byFlag([EMAIL], [TWO], [TWO, EMAIL])).toEqual([
      'unreachable_rule /rules/2 rule 0 comes first and matches whomever this one matches',
    ]);
  });
});

describe('somebody may come to a rule', () => {
  test.each<readonly [string, readonly unknown[], readonly unknown[]]>([
    ['with fewer clauses', [TWO, EMAIL], [TWO]],
    ['with more values', [onX('in', 'US')], [TWO]],
    ['with other values', [TWO], [onX('in', 'US', 'DE')]],
    ['with fewer values, negated', [not(TWO)], [not(onX('in', 'US'))]],
    ['that is the other’s opposite', [TWO], [not(TWO)]],
    ['of another kind', [TWO], [{ ...TWO, contextKind: 'org' }]],
    ['by another operator', [onX('contains', 'a')], [onX('startsWith', 'a')]],
    ['by a path where the other has a name', [onPath(undefined)], [onPath('user')]],
    ['with a value of another type', [onX('in', 1, 2)], [onX('in', '1')]],
  ])('%s', (_, first, second) => {
    expect(byFlag(first, second)).toEqual([]);
  });

  test('where the others take too long to compare', () => {
    const values = Array.from({ length: 400 }, (_, index) => index);
    const rules = Array.from({ length: 300 }, (_, index) => [onX('in', ...values, `own ${index}`)]);
    expect(byFlag(...rules, [onX('in', 1, 2)])).toEqual([]);
  });

  test('where there are too many values', () => {
    const values = Array.from({ length: 200_000 }, (_, index) => index);
    expect(byFlag([clause({ values })], [clause({ values: [1] })])).toEqual([]);
  });
});

describe('rules of a segment', () => {
  const bySegment = (...rules: readonly object[]): readonly string[] =>
    lintSegment(segment({ rules }), { flags: {}, segments: {} }).map(
      ({ code, pointer }) => `${code} ${pointer}`,
    );

  test('behind one that takes everybody, or the same', () => {
    expect(bySegment(segmentRule([]), segmentRule([TWO]))).toEqual([
      'always_matches /rules/0/clauses',
      'unreachable_rule /rules/1',
    ]);
    expect(bySegment(segmentRule([TWO]), segmentRule([TWO, EMAIL], { weight: 5 }))).toEqual([
      'unreachable_rule /rules/1',
    ]);
  });

  test('behind one that takes a share are come to', () => {
    const sample = { weight: 50_000 };
    expect(bySegment(segmentRule([TWO], sample), segmentRule([TWO]))).toEqual([]);
    expect(bySegment(segmentRule([], sample), segmentRule([TWO]))).toEqual([
      'missing_kind_clause /rules/0/rolloutContextKind',
    ]);
  });
});
