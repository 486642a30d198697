import { expect, test } from 'vitest';
import { lintSegment } from '../../../src/evaluation/lint/lint-segment.ts';
import { segment, segmentClause, segmentRule } from '../../support/flag-builders.ts';

const asks = (key: string, other: string) => segment({ key, rules: [segmentRule([segmentClause([other])])] });

test('segments may ask each other, as long as none comes back to itself', () => {
  const bottom = segment({ key: 'bottom', included: ['anna'] });
  const others = { flags: {}, segments: { middle: asks('middle', 'bottom'), bottom } };
  expect(lintSegment(asks('top', 'middle'), others)).toEqual([]);
  expect(lintSegment(asks('bottom', 'middle'), others)).toEqual([
    {
      severity: 'error',
      code: 'cycle',
      pointer: '/rules/0',
      message: 'the segment asks itself: bottom → middle → bottom',
    },
  ]);
});

test('what is malformed in the others is theirs to tell', () => {
  for (const rules of [
    'x',
    [null],
    [{ clauses: 'x' }],
    [{ clauses: [null, { op: 'segmentMatch', values: 5 }] }],
  ]) {
    const others = { flags: {}, segments: { other: segment({ key: 'other', rules }) } };
    expect(lintSegment(asks('top', 'other'), others)).toEqual([]);
  }
});

test('clauses that are no list do not ask for the kind of a sample either', () => {
  const given = segment({
    key: 'top',
    rules: [segmentRule('x', { weight: 1_000, rolloutContextKind: 'org' })],
  });
  const findings = lintSegment(given, { flags: {}, segments: {} });
  expect(findings.map(({ code, pointer }) => [code, pointer])).toEqual([
    ['invalid_type', '/rules/0/clauses'],
    ['missing_kind_clause', '/rules/0/rolloutContextKind'],
  ]);
});
