import { expect, test } from 'vitest';
import { segmentDiff } from '../../../../src/http/dashboard/text/segment-diff.ts';

const BEFORE = { key: 'staff', version: 1, included: ['ann'], excluded: ['eve'] };
const rule = { clauses: [{ attribute: 'country', op: 'in' as const, values: ['DE'] }] };

test.each([
  [{}, []],
  [{ included: ['ann', 'bob', 'cy'] }, ['bob, cy are listed now.']],
  [{ included: [] }, ['ann is no longer listed.']],
  [{ excluded: ['bob'] }, ['bob is excluded now.', 'eve is no longer excluded.']],
  [{ included: ['ann', '1', '2', '3', '4', '5', '6'] }, ['1, 2, 3, 4, 5 and 1 more are listed now.']],
  [{ rules: [rule] }, ['The rules change.']],
  [{ rules: [] }, []],
])('%o is said as %j', (change, sentences) => {
  expect(segmentDiff(BEFORE, { ...BEFORE, ...change })).toEqual(sentences);
});
