import { describe, expect, test } from 'vitest';
import type { Clause } from '../../../../src/evaluation/model.ts';
import { clauseText } from '../../../../src/http/dashboard/text/clause-text.ts';

describe('a clause in words', () => {
  const cases: readonly (readonly [Clause, string])[] = [
    [{ attribute: 'groups', op: 'in', values: ['beta_testers'] }, 'groups is one of beta_testers'],
    [{ attribute: 'country', op: 'in', values: ['DE', 'FR'], negate: true }, 'country is none of DE, FR'],
    [{ attribute: 'email', op: 'endsWith', values: ['@example.com'] }, 'email ends with @example.com'],
    [{ attribute: 'name', op: 'contains', values: ['a b'] }, 'name contains "a b"'],
    [{ attribute: 'age', op: 'greaterThanOrEqual', values: [18] }, 'age is at least 18'],
    [{ attribute: 'os', op: 'in', values: ['ios'], contextKind: 'device' }, 'the device’s os is one of ios'],
    [{ attribute: '', op: 'segmentMatch', values: ['staff'] }, 'in the segment staff'],
    [{ attribute: '', op: 'segmentMatch', values: ['staff'], negate: true }, 'not in the segment staff'],
    [{ attribute: 'plan', op: 'in', values: [] }, 'plan is one of nothing'],
    [
      { attribute: 'id', op: 'in', values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
      'id is one of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more',
    ],
  ];
  test.each(cases)('%o', (clause, words) => {
    expect(clauseText(clause)).toBe(words);
  });
});
