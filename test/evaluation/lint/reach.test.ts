import { describe, expect, test } from 'vitest';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../src/evaluation/lint/lint-segment.ts';
import { flag, onX, rule, segment, segmentRule } from '../../support/flag-builders.ts';

const SURROUNDINGS = { flags: {}, segments: {} };
const COUNTRY = onX('in', 'US', 'CA');

describe('a rule without clauses', () => {
  test('is a warning, and so are the rules after it and the fallthrough', () => {
    const rules = [rule([COUNTRY]), rule([]), rule([COUNTRY]), rule([])];
    const findings = lintFlag(flag({ rules }), SURROUNDINGS);
    expect(findings.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'always_matches /rules/1/clauses',
      'unreachable_rule /rules/2',
      'unreachable_rule /rules/3',
      'unreachable_rule /fallthrough',
    ]);
  });

  test('leaves the rules before it alone', () => {
    const findings = lintFlag(flag({ rules: [rule([COUNTRY]), rule([COUNTRY])] }), SURROUNDINGS);
    expect(findings).toEqual([]);
  });

  test.each([
    ['without a weight takes every context', undefined, ['always_matches', 'unreachable_rule']],
    ['with a weight leaves some to the next rule', 50_000, ['missing_kind_clause']],
  ])('of a segment %s', (_, weight, codes) => {
    const rules = [segmentRule([], { weight }), segmentRule([COUNTRY])];
    expect(lintSegment(segment({ rules }), SURROUNDINGS).map(({ code }) => code)).toEqual(codes);
  });
});
