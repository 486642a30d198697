import { describe, expect, test } from 'vitest';
import { toEpochMs } from '../../../src/evaluation/dates.ts';
import { lintFlag } from '../../../src/evaluation/lint/lint-flag.ts';
import { lintSegment } from '../../../src/evaluation/lint/lint-segment.ts';
import {
  ask,
  clause,
  flag,
  onX,
  rule,
  segment,
  segmentRule,
  type FlagFields,
} from '../../support/flag-builders.ts';

const NOBODY = { flags: {}, segments: {} };
const brief = (findings: ReturnType<typeof lintFlag>): readonly string[] =>
  findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);
const byFlag = (fields: FlagFields): readonly string[] => brief(lintFlag(flag(fields), NOBODY));
const byClause = (given: unknown): readonly string[] => byFlag({ rules: [rule([given])] });
const CLAUSE = '/rules/0/clauses/0';

describe('targets', () => {
  test('with a kind beside them are of that kind to node, and users to others', () => {
    const targets = [{ contextKind: 'org', variation: 1, values: ['acme'] }];
    expect(ask(flag({ targets }), { kind: 'org', key: 'acme' }).reason.kind).toBe('TARGET_MATCH');
    expect(byFlag({ targets })).toEqual(['error kind_in_targets /targets/0/contextKind']);
    expect(byFlag({ targets: [{ contextKind: 'user', variation: 1, values: ['anna'] }] })).toEqual([]);
  });

  test('of one variation twice are used once beside context targets', () => {
    const targets = [
      { variation: 1, values: ['bob'] },
      { variation: 1, values: ['anna'] },
    ];
    const contextTargets = [{ variation: 1, values: [] }];
    expect(ask(flag({ targets, contextTargets })).reason.kind).toBe('FALLTHROUGH');
    expect(byFlag({ targets, contextTargets })).toEqual(['warning unused_targets /targets/1']);
    expect(byFlag({ targets })).toEqual([]);
  });
});

describe('a date', () => {
  test.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T12:00:00.5Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00+0700',
    '0000-01-01T00:00:00Z',
  ])('%s is one to some SDKs and none, or another, to others', (date) => {
    expect(toEpochMs(date)).not.toBeNaN();
    expect(byClause(onX('before', date))).toEqual([`error ambiguous_date ${CLAUSE}/values/0`]);
  });

  test.each([
    '2024-02-29T23:59:59Z',
    '2000-02-29T00:00:00.123456789+07:00',
    '2026-12-31T00:00:00-23:59',
    '0004-02-29T00:00:00Z',
  ])('%s is one to all of them', (date) => {
    expect(byClause(onX('after', date))).toEqual([]);
  });
});

test.each([
  ['in', 'error'],
  ['lessThan', 'error'],
  ['greaterThanOrEqual', 'error'],
  ['before', 'warning'],
  ['after', 'warning'],
])('a whole number past 2^53 is not the same everywhere, compared by %s: %s', (op, severity) => {
  expect(byClause(onX(op, 2 ** 53 + 2))).toEqual([`${severity} large_number ${CLAUSE}/values/0`]);
  expect(byClause(onX(op, 2 ** 53 - 1))).toEqual([]);
});

test('_meta is an attribute to some SDKs only, with a kind beside it and without', () => {
  const meta = clause({ attribute: '_meta' });
  expect(byClause(meta)).toEqual([`error ambiguous_attribute ${CLAUSE}/attribute`]);
  expect(byClause({ ...meta, contextKind: 'user' })).toEqual([`error invalid_attribute ${CLAUSE}/attribute`]);
});

test.each<readonly [unknown, readonly string[]]>([
  [5, ['error invalid_type /migration']],
  [{ checkRatio: 'x' }, ['error invalid_type /migration/checkRatio']],
  [{ checkRatio: 10 }, []],
  [{}, []],
  [null, []],
])('a migration %j', (migration, findings) => {
  expect(byFlag({ migration })).toEqual(findings);
});

describe('a rule of a segment', () => {
  const bySegment = (...given: Parameters<typeof segmentRule>): readonly string[] =>
    brief(lintSegment(segment({ rules: [segmentRule(...given)] }), NOBODY));
  const ofOrg = clause({ contextKind: 'org' });
  const kindIs = (...values: readonly unknown[]) => clause({ attribute: 'kind', values });

  test('with an id that is no text', () => {
    expect(bySegment([clause()], { id: 5 })).toEqual(['error invalid_type /rules/0/id']);
  });

  const MISSING = ['error missing_kind_clause /rules/0/rolloutContextKind'];
  // Nearly every sample is of users, and nearly every context is one.
  const RARE = ['warning missing_kind_clause /rules/0/rolloutContextKind'];
  test.each<readonly [string, unknown, string | undefined, readonly string[]]>([
    ['of users, without a clause', [], undefined, RARE],
    ['of users, with a clause on another kind', [ofOrg], undefined, RARE],
    ['of users, with a clause on users', [ofOrg, clause()], undefined, []],
    ['of users, with a clause that says user', [clause({ contextKind: 'user', negate: true })], 'user', []],
    ['of orgs, with a clause on users', [clause()], 'org', MISSING],
    ['of orgs, with a clause on orgs', [ofOrg], 'org', []],
    ['of orgs, where the kind is org', [kindIs('org')], 'org', []],
    ['of orgs, where the kind is org or user', [kindIs('org', 'user')], 'org', MISSING],
    ['of orgs, where the kind is nothing', [{ ...kindIs(), values: ['user'] }], 'org', MISSING],
    ['of orgs, where the kind is not org', [{ ...kindIs('org'), negate: true }], 'org', MISSING],
    ['of orgs, where the kind starts with org', [{ ...kindIs('org'), op: 'startsWith' }], 'org', MISSING],
  ])('that takes a share %s', (_, clauses, rolloutContextKind, findings) => {
    expect(bySegment(clauses, { weight: 50_000, rolloutContextKind })).toEqual(findings);
  });
});
