import { describe, expect, test } from 'vitest';
import type { Finding, FindingCode } from '../../../src/evaluation/lint/finding.ts';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../src/evaluation/lint/lint-segment.ts';
import { clause, flag, rule, segment, segmentClause, segmentRule } from '../../support/flag-builders.ts';

const OTHERS = { flags: {}, segments: {} };

const flagFindings = (fields: Parameters<typeof flag>[0]): readonly Finding[] =>
  lintFlag(flag(fields), OTHERS);
const segmentFindings = (fields: Parameters<typeof segment>[0]): readonly Finding[] =>
  lintSegment(segment(fields), OTHERS);
const clauseFindings = (fields: Parameters<typeof clause>[0]): readonly Finding[] =>
  flagFindings({ rules: [rule([clause(fields)])] });
const rolloutFindings = (
  fields: object,
  weights: readonly unknown[] = [60_000, 40_000],
  bucketing?: string,
): readonly Finding[] =>
  flagFindings({
    bucketing,
    fallthrough: {
      rollout: { variations: weights.map((weight, variation) => ({ variation, weight })), ...fields },
    },
  });

const CLAUSE = '/rules/0/clauses/0';
const ROLLOUT = '/fallthrough/rollout';

type Example = readonly [
  findings: readonly Finding[],
  severity: Finding['severity'],
  pointer: string,
  message: string,
];

/** For every code a definition that has it, and what is said about it. */
const EXAMPLES: Readonly<Record<FindingCode, Example>> = {
  always_matches: [
    flagFindings({ rules: [rule([])] }),
    'warning',
    '/rules/0/clauses',
    'a rule without clauses matches every context',
  ],
  ambiguous_attribute: [
    clauseFindings({ contextKind: 'user', attribute: '/kind' }),
    'error',
    `${CLAUSE}/attribute`,
    '"/kind" asks for the kind in some SDKs and for an attribute in others: write "kind"',
  ],
  ambiguous_date: [
    clauseFindings({ op: 'before', values: ['2026-02-30T00:00:00Z'] }),
    'error',
    `${CLAUSE}/values/0`,
    'expected a day and an hour of the calendar and a zone, as in 2026-11-20T18:30:00Z, got "2026-02-30T00:00:00Z", which SDKs read differently',
  ],
  both_variation_and_rollout: [
    flagFindings({
      fallthrough: { variation: 0, rollout: { variations: [{ variation: 0, weight: 100_000 }] } },
    }),
    'warning',
    '/fallthrough',
    'the variation wins, so the rollout is never used',
  ],
  coarse_bucketing: [
    rolloutFindings({}, [12_345, 87_655], 'pyrollout'),
    'warning',
    `${ROLLOUT}/variations/0/weight`,
    'pyrollout has whole percents only, so the rest is rounded up',
  ],
  contradiction: [
    segmentFindings({ included: ['anna'], excluded: ['bob', 'anna'] }),
    'warning',
    '/excluded',
    'some keys are both included and excluded: included wins',
  ],
  cycle: [
    flagFindings({ prerequisites: [{ key: 'flag', variation: 0 }] }),
    'error',
    '/prerequisites/0',
    'the flag requires itself: flag → flag',
  ],
  duplicate_target: [
    flagFindings({
      targets: [
        { variation: 0, values: ['anna', 'bob'] },
        { variation: 1, values: ['bob'] },
      ],
    }),
    'warning',
    '/targets/1/values',
    'the first target that lists a key wins; 1 were listed before',
  ],
  empty_context_kind: [
    clauseFindings({ contextKind: '' }),
    'error',
    `${CLAUSE}/contextKind`,
    'an empty kind means user to some SDKs and no kind to others: leave it out',
  ],
  ignored_field: [
    rolloutFindings({ kind: 'experiment', bucketBy: 'email' }),
    'warning',
    `${ROLLOUT}/bucketBy`,
    'an experiment always places contexts by their key',
  ],
  invalid_attribute: [
    clauseFindings({ contextKind: 'user', attribute: '/a//b' }),
    'error',
    `${CLAUSE}/attribute`,
    'expected the name of, or a path to, an attribute, got "/a//b"',
  ],
  invalid_kind: [
    clauseFindings({ contextKind: 'multi' }),
    'error',
    `${CLAUSE}/contextKind`,
    'expected letters, digits, ".", "_" or "-", and not "kind" or "multi", got "multi"',
  ],
  invalid_regex: [
    clauseFindings({ op: 'matches', values: ['x'.repeat(257)] }),
    'error',
    `${CLAUSE}/values/0`,
    'expected a regular expression that JavaScript and RE2 take: the pattern has 257 characters, more than 256',
  ],
  invalid_rollout: [
    rolloutFindings({}, [60_000, 30_000]),
    'error',
    `${ROLLOUT}/variations`,
    'expected weights that sum to 100000 (100 %), got 90000',
  ],
  invalid_type: [flagFindings({ on: 'yes' }), 'error', '/on', 'expected true or false, got "yes"'],
  invalid_value: [
    clauseFindings({ op: 'before', values: ['tomorrow'] }),
    'warning',
    `${CLAUSE}/values/0`,
    'expected epoch milliseconds or a date like 2026-11-20T18:30:00Z, got "tomorrow", which matches nothing',
  ],
  invalid_variation: [
    flagFindings({ offVariation: 4 }),
    'error',
    '/offVariation',
    'expected the index of a variation, 0 to 3, got 4',
  ],
  kind_in_targets: [
    flagFindings({ targets: [{ contextKind: 'org', variation: 0, values: ['acme'] }] }),
    'error',
    '/targets/0/contextKind',
    'targets are users to some SDKs and "org" to others: list other kinds in contextTargets',
  ],
  large_number: [
    clauseFindings({ values: [2 ** 53] }),
    'error',
    `${CLAUSE}/values/0`,
    'SDKs disagree on integers past 2^53',
  ],
  limit_exceeded: [
    flagFindings({ variations: Array.from({ length: 65 }, () => true) }),
    'error',
    '/variations',
    'expected 1 to 64 variations, got 65',
  ],
  missing_clauses: [
    flagFindings({ rules: [rule(undefined)] }),
    'error',
    '/rules/0/clauses',
    'without clauses the rule matches every context in some SDKs and none in others',
  ],
  missing_generation: [
    segmentFindings({ unbounded: true }),
    'error',
    '/generation',
    'expected a whole number from 1 to 2147483647, got nothing',
  ],
  missing_kind_clause: [
    segmentFindings({ rules: [segmentRule([clause()], { weight: 5_000, rolloutContextKind: 'org' })] }),
    'error',
    '/rules/0/rolloutContextKind',
    'SDKs disagree on contexts without "org": add a clause on that kind',
  ],
  mixed_types: [
    flagFindings({ variations: ['a', 1], offVariation: 0 }),
    'warning',
    '/variations',
    'expected variations of one type, got string, number',
  ],
  never_matches: [
    clauseFindings({ values: [] }),
    'warning',
    `${CLAUSE}/values`,
    'no value can match: the list is empty',
  ],
  not_for_sdks: [
    flagFindings({ bucketing: 'slowroll' }),
    'warning',
    '/bucketing',
    'no SDK knows this bucketing, so only this service evaluates the flag',
  ],
  nothing_to_serve: [
    flagFindings({ fallthrough: {} }),
    'error',
    '/fallthrough',
    'expected a variation or a rollout, got neither',
  ],
  regex_dialect: [
    clauseFindings({ op: 'matches', values: ['^[[:alpha:]]+'] }),
    'error',
    `${CLAUSE}/values/0`,
    'Go, JavaScript and Python do not read [: alike: use the character itself, \\x with two digits, (…) or {0,…}',
  ],
  seed_zero: [
    rolloutFindings({ seed: 0 }),
    'error',
    `${ROLLOUT}/seed`,
    'the node SDK reads a seed of 0 as none, and the others as a seed',
  ],
  unknown_bucketing: [
    flagFindings({ bucketing: 'md5' }),
    'error',
    '/bucketing',
    'expected one of sha256-percent, slowroll, pyrollout, got "md5"',
  ],
  unknown_operator: [
    clauseFindings({ op: 'like' }),
    'error',
    `${CLAUSE}/op`,
    'expected one of in, startsWith, endsWith, contains, matches, lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual, before, after, semVerEqual, semVerLessThan, semVerGreaterThan, segmentMatch, got "like"',
  ],
  unknown_prerequisite: [
    flagFindings({ prerequisites: [{ key: 'gone', variation: 0 }] }),
    'error',
    '/prerequisites/0/key',
    'there is no flag "gone"',
  ],
  unknown_segment: [
    flagFindings({ rules: [rule([segmentClause(['gone'])])] }),
    'warning',
    `${CLAUSE}/values/0`,
    'there is no segment "gone", so no context is in it',
  ],
  unreachable_rule: [
    flagFindings({ rules: [rule([]), rule([clause()])] }),
    'warning',
    '/rules/1',
    'rule 1 matches every context, so none reaches this',
  ],
  unused_targets: [
    flagFindings({
      targets: [{ variation: 0, values: ['anna'] }],
      contextTargets: [{ contextKind: 'org', variation: 0, values: ['acme'] }],
    }),
    'warning',
    '/targets/0',
    'no context target of users points to this variation, so these keys are never used',
  ],
  user_keys_in_contexts: [
    segmentFindings({ includedContexts: [{ values: ['anna'] }] }),
    'warning',
    '/includedContexts/0',
    'some Go SDKs skip this list for plain users: list their keys directly',
  ],
  user_values_in_context_targets: [
    flagFindings({ contextTargets: [{ contextKind: 'user', variation: 0, values: ['anna'] }] }),
    'error',
    '/contextTargets/0/values',
    'only the Go SDK reads these keys: list users in targets',
  ],
  version_spaces: [
    clauseFindings({ op: 'semVerEqual', values: [' 2.0.0'] }),
    'error',
    `${CLAUSE}/values/0`,
    'only the node SDK takes a version with spaces around it',
  ],
};

describe('every finding says where, what was expected and what came', () => {
  test.each(Object.entries(EXAMPLES))('%s', (code, [findings, severity, pointer, message]) => {
    expect(findings.find((finding) => finding.code === code)).toEqual({ severity, code, pointer, message });
  });

  test('no other finding, but those that follow from it', () => {
    const others = Object.entries(EXAMPLES).flatMap(([code, [findings]]) =>
      findings.filter((finding) => finding.code !== code).map((finding) => [code, finding.code]),
    );
    expect(others).toEqual([
      ['always_matches', 'unreachable_rule'],
      ['coarse_bucketing', 'not_for_sdks'],
      ['unreachable_rule', 'always_matches'],
    ]);
  });
});
