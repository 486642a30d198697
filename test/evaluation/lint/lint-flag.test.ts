import { describe, expect, test } from 'vitest';
import type { Flag, Segment } from '../../../src/evaluation/model.ts';
import { lintFlag, lintSegment, type Finding } from '../../../src/library/evaluation/index.ts';
import {
  byKey,
  flag,
  onX,
  rule,
  segment,
  segmentClause,
  type FlagFields,
} from '../../support/flag-builders.ts';

const NOBODY = { flags: {}, segments: {} };
const brief = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);

const slices = (...weights: readonly unknown[]): object => ({
  variations: weights.map((weight, variation) => ({ variation, weight })),
});
const rollout = (fields: object = {}): object => ({ rollout: { ...slices(50_000, 50_000), ...fields } });
const served = (fields: object): Flag => flag({ fallthrough: rollout(fields) });
const asked = (...clauses: readonly unknown[]): Flag => flag({ rules: [rule(clauses)] });
const repeated = <Item>(count: number, item: Item): readonly Item[] =>
  Array.from({ length: count }, () => item);

test('a whole flag and a whole segment have no findings', () => {
  const full = flag({
    trackEvents: true,
    debugEventsUntilDate: 1_700_000_000_000,
    samplingRatio: 2,
    excludeFromSummaries: false,
    clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: false },
    targets: [{ variation: 0, values: ['a', 'b'] }],
    contextTargets: [
      { contextKind: 'user', variation: 0, values: [] },
      { contextKind: 'org', variation: 1, values: ['a'] },
    ],
    prerequisites: [{ key: 'g', variation: 2 }],
    rules: [
      rule([onX('in', 'US', 5, true), segmentClause(['segment'])]),
      rule([{ contextKind: 'org', attribute: '/address/city', op: 'startsWith', values: ['B'] }]),
      rule([onX('before', 1_700_000_000_000, '2026-11-20T18:30:00Z')]),
      rule([onX('semVerLessThan', '2.0.0-rc.1')]),
      rule([onX('matches', '^[a-z]+@')]),
      rule([onX('lessThan', 1.5)]),
    ],
    fallthrough: rollout({ kind: 'experiment', seed: 61, contextKind: 'org' }),
  });
  const others = { flags: byKey([flag({ key: 'g' }), flag({ key: 'flag' })]), segments: byKey([segment()]) };
  expect(lintFlag(full, others)).toEqual([]);
  const big = segment({
    unbounded: true,
    generation: 2,
    unboundedContextKind: 'org',
    rules: [
      {
        clauses: [{ contextKind: 'org', attribute: 'plan', op: 'in', values: ['gold'] }],
        weight: 5_000,
        rolloutContextKind: 'org',
        bucketBy: '/id',
      },
    ],
  });
  expect(lintSegment(big, others)).toEqual([]);
  expect(
    lintSegment(
      segment({
        included: ['a'],
        excluded: ['b'],
        includedContexts: [{ contextKind: 'org', values: ['c'] }],
      }),
      others,
    ),
  ).toEqual([]);
});

describe('lint of a flag', () => {
  test.each<readonly [string, unknown, readonly string[]]>([
    ['is no object', 5, ['error invalid_type ']],
    [
      'has no key and no version',
      flag({ key: '', version: 1.5 }),
      ['error invalid_type /key', 'error invalid_type /version'],
    ],
    [
      'has fields of other types',
      flag({ on: 'yes', salt: 5, deleted: 0, trackEvents: 1, debugEventsUntilDate: -1, samplingRatio: '1' }),
      [
        'error invalid_type /salt',
        'error invalid_type /deleted',
        'error invalid_type /on',
        'error invalid_type /trackEvents',
        'error invalid_type /debugEventsUntilDate',
        'error invalid_type /samplingRatio',
      ],
    ],
    [
      'has an availability of another type',
      flag({ clientSideAvailability: 5 }),
      ['error invalid_type /clientSideAvailability'],
    ],
    [
      'has an availability with other types',
      flag({ clientSideAvailability: { usingMobileKey: 1 } }),
      ['error invalid_type /clientSideAvailability/usingMobileKey'],
    ],
    ['has an unknown bucketing', flag({ bucketing: 'md5' }), ['error unknown_bucketing /bucketing']],
    ['has a bucketing of ours', flag({ bucketing: 'slowroll' }), ['warning not_for_sdks /bucketing']],
    [
      'has no variations',
      flag({ variations: [], offVariation: null, fallthrough: rollout() }),
      [
        'error limit_exceeded /variations',
        'error invalid_variation /fallthrough/rollout/variations/0/variation',
        'error invalid_variation /fallthrough/rollout/variations/1/variation',
      ],
    ],
    [
      'has variations that are no list',
      flag({ variations: 5, offVariation: null, fallthrough: { variation: 0 } }),
      ['error invalid_type /variations', 'error invalid_variation /fallthrough/variation'],
    ],
    ['has 65 variations', flag({ variations: repeated(65, 1) }), ['error limit_exceeded /variations']],
    [
      'mixes types',
      flag({ variations: [true, 'on', 1], offVariation: 2 }),
      ['warning mixed_types /variations'],
    ],
    [
      'has lists that are none',
      flag({ targets: 5, contextTargets: {}, rules: 'x', prerequisites: 1 }),
      [
        'error invalid_type /prerequisites',
        'error invalid_type /targets',
        'error invalid_type /contextTargets',
        'error invalid_type /rules',
      ],
    ],
    [
      'has items that are none',
      flag({ rules: [5], targets: [null] }),
      ['error invalid_type /targets/0', 'error invalid_type /rules/0'],
    ],
  ])('that %s tells what is wrong, and nothing else', (_, definition, findings) => {
    expect(brief(lintFlag(definition, NOBODY))).toEqual(findings);
  });

  test.each([-1, 1.5, '1', 4])('that serves variation %o of four finds no such variation', (variation) => {
    const definition = flag({
      offVariation: variation,
      fallthrough: { variation },
      targets: [{ variation, values: [] }],
      rules: [rule([onX('in', 1)], { variation })],
    });
    expect(brief(lintFlag(definition, NOBODY))).toEqual([
      'error invalid_variation /offVariation',
      'error invalid_variation /targets/0/variation',
      'error invalid_variation /rules/0/variation',
      'error invalid_variation /fallthrough/variation',
    ]);
  });

  test('says in words what was expected and what came', () => {
    const [finding] = lintFlag(flag({ fallthrough: { variation: 7 } }), NOBODY);
    expect(finding?.message).toBe('expected the index of a variation, 0 to 3, got 7');
  });
});

describe('lint of a default rule that serves', () => {
  const AT = '/fallthrough/rollout';
  test.each<readonly [string, Flag, readonly string[]]>([
    ['nothing', flag({ fallthrough: {} }), ['error nothing_to_serve /fallthrough']],
    [
      'nothing, where there is no fallthrough at all',
      flag({ fallthrough: null }),
      ['error nothing_to_serve /fallthrough'],
    ],
    ['a fallthrough that is no object', flag({ fallthrough: 5 }), ['error invalid_type /fallthrough']],
    [
      'both',
      flag({ fallthrough: { variation: 0, ...rollout() } }),
      ['warning both_variation_and_rollout /fallthrough'],
    ],
    ['a rollout that is no object', flag({ fallthrough: { rollout: 5 } }), [`error invalid_rollout ${AT}`]],
    ['a rollout of nothing', served({ variations: [] }), [`error invalid_rollout ${AT}/variations`]],
    ['weights of 99,999', served(slices(50_000, 49_999)), [`error invalid_rollout ${AT}/variations`]],
    [
      'a negative weight',
      served(slices(-1, 100_000)),
      [`error invalid_rollout ${AT}/variations/0/weight`, `error invalid_rollout ${AT}/variations`],
    ],
    [
      'more than everybody',
      served(slices(100_001)),
      [`error invalid_rollout ${AT}/variations/0/weight`, `error invalid_rollout ${AT}/variations`],
    ],
    [
      'a weight as text',
      served(slices('100000')),
      [`error invalid_rollout ${AT}/variations/0/weight`, `error invalid_rollout ${AT}/variations`],
    ],
    [
      '65 slices',
      served({ variations: repeated(65, { variation: 0, weight: 0 }) }),
      [`error invalid_rollout ${AT}/variations`, `error invalid_rollout ${AT}/variations`],
    ],
    [
      'slices that are none',
      served({ variations: [5, { variation: 0, weight: 100_000, untracked: 'no' }] }),
      [`error invalid_type ${AT}/variations/0`, `error invalid_type ${AT}/variations/1/untracked`],
    ],
    ['a rollout of another kind', served({ kind: 'canary' }), [`error invalid_rollout ${AT}/kind`]],
    ['a seed of 0', served({ seed: 0 }), [`error seed_zero ${AT}/seed`]],
    ['a seed between numbers', served({ seed: 1.5 }), [`error invalid_rollout ${AT}/seed`]],
    [
      'by no attribute',
      served({ contextKind: 'org', bucketBy: '/a//b' }),
      [`error invalid_attribute ${AT}/bucketBy`],
    ],
    [
      'an experiment by an attribute',
      served({ kind: 'experiment', bucketBy: 'country' }),
      [`warning ignored_field ${AT}/bucketBy`],
    ],
    ['by an empty attribute, which is the key', served({ bucketBy: '' }), []],
    ['an empty kind', served({ contextKind: '' }), [`error empty_context_kind ${AT}/contextKind`]],
    ['a kind that is none', served({ contextKind: 'a b' }), [`error invalid_kind ${AT}/contextKind`]],
    [
      'parts of percents to a bucketing of percents',
      flag({ bucketing: 'pyrollout', fallthrough: { rollout: slices(500, 99_500) } }),
      [
        'warning not_for_sdks /bucketing',
        `warning coarse_bucketing ${AT}/variations/0/weight`,
        `warning coarse_bucketing ${AT}/variations/1/weight`,
      ],
    ],
  ])('%s tells what is wrong, and nothing else', (_, definition, findings) => {
    expect(brief(lintFlag(definition, NOBODY))).toEqual(findings);
  });
});

describe('lint of targets', () => {
  test.each<readonly [string, FlagFields, readonly string[]]>([
    ['without a list of keys', { targets: [{ variation: 0 }] }, ['error invalid_type /targets/0/values']],
    [
      'with a key that is none',
      { targets: [{ variation: 0, values: ['a', 5] }] },
      ['error invalid_type /targets/0/values/1'],
    ],
    [
      'that list a key twice',
      {
        targets: [
          { variation: 0, values: ['a'] },
          { variation: 1, values: ['b', 'a'] },
        ],
      },
      ['warning duplicate_target /targets/1/values'],
    ],
    [
      'of different kinds that list one key',
      {
        contextTargets: [
          { contextKind: 'org', variation: 0, values: ['a'] },
          { contextKind: 'device', variation: 1, values: ['a'] },
        ],
      },
      [],
    ],
    [
      'that are 10,001',
      { targets: [{ variation: 0, values: Array.from({ length: 10_001 }, (_, index) => `u${index}`) }] },
      ['error limit_exceeded /targets'],
    ],
    [
      'of users among the context targets',
      { targets: [{ variation: 0, values: ['a'] }], contextTargets: [{ variation: 0, values: ['b'] }] },
      ['error user_values_in_context_targets /contextTargets/0/values'],
    ],
    [
      'that no context target points to',
      {
        targets: [{ variation: 0, values: ['a'] }],
        contextTargets: [{ contextKind: 'org', variation: 1, values: ['b'] }],
      },
      ['warning unused_targets /targets/0'],
    ],
  ])('%s tells what is wrong, and nothing else', (_, fields, findings) => {
    expect(brief(lintFlag(flag(fields), NOBODY))).toEqual(findings);
  });
});

describe('lint of a clause', () => {
  const AT = '/rules/0/clauses/0';
  test.each<readonly [string, unknown, readonly string[]]>([
    ['that is none', 5, [`error invalid_type ${AT}`]],
    ['without values', { attribute: 'x', op: 'in' }, [`error invalid_type ${AT}/values`]],
    ['without any value', onX('in'), [`warning never_matches ${AT}/values`]],
    ['with an unknown operator', onX('equals', 1), [`error unknown_operator ${AT}/op`]],
    ['with an operator called constructor', onX('constructor', 1), [`error unknown_operator ${AT}/op`]],
    ['without an attribute', { op: 'in', values: [1] }, [`error invalid_attribute ${AT}/attribute`]],
    ['negated by a number', { ...onX('in', 1), negate: 1 }, [`error invalid_type ${AT}/negate`]],
    [
      'with a path that only node reads',
      { ...onX('in', 1), contextKind: 'org', attribute: '/a/' },
      [`error invalid_attribute ${AT}/attribute`],
    ],
    [
      'with a path that node reads otherwise',
      { ...onX('in', 1), contextKind: 'org', attribute: '/~1a' },
      [`error ambiguous_attribute ${AT}/attribute`],
    ],
    [
      'with a path to the kind',
      { ...onX('in', 1), contextKind: 'org', attribute: '/kind' },
      [`error ambiguous_attribute ${AT}/attribute`],
    ],
    ['with a literal that only looks like a path', { ...onX('in', 1), attribute: '/a/' }, []],
    ['on a plain name of a kind', { ...onX('in', 1), contextKind: 'org' }, []],
    [
      'with an empty kind',
      { ...onX('in', 1), contextKind: '' },
      [`error empty_context_kind ${AT}/contextKind`],
    ],
    ['in an object', onX('in', {}), [`warning invalid_value ${AT}/values/0`]],
    ['in a number past 2^53', onX('in', 2 ** 60), [`error large_number ${AT}/values/0`]],
    ['that starts with a number', onX('startsWith', 5), [`warning invalid_value ${AT}/values/0`]],
    ['less than a text', onX('lessThan', '5'), [`warning invalid_value ${AT}/values/0`]],
    ['before no date', onX('before', '2026-13-45'), [`warning invalid_value ${AT}/values/0`]],
    ['after no version', onX('semVerGreaterThan', 'v1'), [`warning invalid_value ${AT}/values/0`]],
    ['with a version with spaces', onX('semVerEqual', ' 1.0.0'), [`error version_spaces ${AT}/values/0`]],
    [
      'in a segment that is not there',
      segmentClause(['segment', 'gone', 't']),
      [`warning unknown_segment ${AT}/values/1`, `warning unknown_segment ${AT}/values/2`],
    ],
    ['in a segment that is no key', segmentClause([{}]), [`warning unknown_segment ${AT}/values/0`]],
  ])('%s tells what is wrong, and nothing else', (_, given, findings) => {
    const segments = byKey([segment(), segment({ key: 't', deleted: true })]);
    expect(brief(lintFlag(asked(given), { flags: {}, segments }))).toEqual(findings);
  });

  test.each([
    '(',
    '(?i)a',
    '(?P<n>a)',
    String.raw`(a)\1`,
    'a(?=b)',
    'a(?<!b)',
    'a{1,1001}',
    'a{1,1000}',
    'a'.repeat(257),
  ])('with the pattern %s finds why it is not taken', (pattern) => {
    const [finding, ...others] = lintFlag(asked(onX('matches', pattern)), NOBODY);
    expect(finding).toMatchObject({ severity: 'error', code: 'invalid_regex', pointer: `${AT}/values/0` });
    expect(finding?.message).toMatch(/^expected a regular expression that JavaScript and RE2 take: ./);
    expect(others).toEqual([]);
  });

  test('with a pattern that is no text finds that it matches nothing', () => {
    expect(brief(lintFlag(asked(onX('matches', 5)), NOBODY))).toEqual([
      `warning invalid_value ${AT}/values/0`,
    ]);
  });
});

describe('lint of rules', () => {
  const US = onX('in', 'US');
  test.each<readonly [string, readonly unknown[], readonly string[]]>([
    ['without clauses', [{ variation: 0 }], ['error missing_clauses /rules/0/clauses']],
    [
      'with clauses that are no list',
      [{ clauses: 5, variation: 0 }],
      ['error invalid_type /rules/0/clauses'],
    ],
    [
      'with fields of other types',
      [{ ...rule([US]), id: 5, trackEvents: 'no' }],
      ['error invalid_type /rules/0/id', 'error invalid_type /rules/0/trackEvents'],
    ],
    [
      'after one that matches everybody',
      [rule([]), rule([US])],
      [
        'warning always_matches /rules/0/clauses',
        'warning unreachable_rule /rules/1',
        'warning unreachable_rule /fallthrough',
      ],
    ],
    [
      'with values that cannot be compared',
      [rule([onX('in', [1])]), rule([onX('in', [1])])],
      [
        'warning invalid_value /rules/0/clauses/0/values/0',
        'warning invalid_value /rules/1/clauses/0/values/0',
      ],
    ],
    [
      'with clauses that cannot be compared',
      [rule([5]), rule([5])],
      ['error invalid_type /rules/0/clauses/0', 'error invalid_type /rules/1/clauses/0'],
    ],
    ['that are 1,001', repeated(1_001, rule([US])), ['error limit_exceeded /rules']],
  ])('%s tells what is wrong, and nothing else', (_, rules, findings) => {
    expect(brief(lintFlag(flag({ rules }), NOBODY))).toEqual(findings);
  });
});

describe('lint of prerequisites', () => {
  const requiring = (key: string, ...keys: readonly unknown[]): Flag =>
    flag({ key, prerequisites: keys.map((required) => ({ key: required, variation: 0 })) });

  test('that are not there, or gone, finds each', () => {
    const flags = byKey([flag({ key: 'gone', deleted: true })]);
    expect(brief(lintFlag(requiring('flag', 'unknown', 'gone', 5, null), { flags, segments: {} }))).toEqual(
      [0, 1, 2, 3].map((index) => `error unknown_prerequisite /prerequisites/${index}/key`),
    );
  });

  test('that must serve what they do not have finds each', () => {
    const given = flag({
      prerequisites: [
        { key: 'g', variation: 4 },
        { key: 'h', variation: 0 },
      ],
    });
    const flags = byKey([flag({ key: 'g' }), { key: 'h' }]);
    expect(brief(lintFlag(given, { flags, segments: {} }))).toEqual([
      'error invalid_variation /prerequisites/0/variation',
      'error invalid_variation /prerequisites/1/variation',
    ]);
  });

  test('that are the flag itself finds the cycle', () => {
    const [finding] = lintFlag(requiring('flag', 'flag'), NOBODY);
    expect(finding).toEqual({
      severity: 'error',
      code: 'cycle',
      pointer: '/prerequisites/0',
      message: 'the flag requires itself: flag → flag',
    });
  });

  test('that lead back in a cycle of three, and by two ways, finds both', () => {
    const flags = byKey([
      requiring('g', 'leaf', 'h'),
      requiring('h', 'flag', 'leaf'),
      requiring('i', 'g'),
      flag({ key: 'leaf' }),
    ]);
    const messages = lintFlag(requiring('flag', 'g', 'leaf', 'i', 'leaf'), { flags, segments: {} }).map(
      ({ pointer, message }) => `${pointer} ${message}`,
    );
    expect(messages).toEqual([
      '/prerequisites/0 the flag requires itself: flag → g → h → flag',
      '/prerequisites/2 the flag requires itself: flag → i → g → h → flag',
    ]);
  });

  test('of a flag without a key finds no cycle', () => {
    const given = flag({ key: null, prerequisites: [{ key: 'g', variation: 0 }] });
    expect(brief(lintFlag(given, { flags: byKey([flag({ key: 'g' })]), segments: {} }))).toEqual([
      'error invalid_type /key',
    ]);
  });

  test('of a flag that is written anew goes by the new ones', () => {
    const flags = byKey([requiring('flag', 'g'), flag({ key: 'g' })]);
    expect(brief(lintFlag(requiring('g', 'flag'), { flags, segments: {} }))).toEqual([
      'error cycle /prerequisites/0',
    ]);
    expect(brief(lintFlag(flag({ key: 'flag' }), { flags, segments: {} }))).toEqual([]);
  });

  test('in a chain of ten thousand, thousands of times, finds each in time', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => requiring(`f${index}`, `f${index + 1}`));
    const given = requiring('f10000', ...repeated(2_000, 'f0'));
    const findings = lintFlag(given, { flags: byKey(chain), segments: {} });
    expect(findings.filter(({ code }) => code === 'cycle')).toHaveLength(2_000);
    expect(findings[0]?.message).toBe(
      'the flag requires itself: f10000 → f0 → f1 → f2 → f3 → f4 → … → f9995 → f9996 → f9997 → f9998 → f9999 → f10000',
    );
  }, 20_000);
});

describe('lint of a segment', () => {
  test.each<readonly [string, unknown, readonly string[]]>([
    ['that is no object', [], ['error invalid_type ']],
    [
      'whose lists are none',
      segment({ included: 5, excluded: 'x', includedContexts: 1, rules: {} }),
      [
        'error invalid_type /included',
        'error invalid_type /excluded',
        'error invalid_type /includedContexts',
        'error invalid_type /rules',
      ],
    ],
    [
      'with keys that are none',
      segment({ included: [5], excludedContexts: [{ contextKind: 'org', values: 'x' }] }),
      ['error invalid_type /included/0', 'error invalid_type /excludedContexts/0/values'],
    ],
    [
      'that includes and excludes a key',
      segment({ included: ['a'], excluded: ['a'] }),
      ['warning contradiction /excluded'],
    ],
    [
      'with users among the contexts',
      segment({ includedContexts: [{ values: ['a'] }, { contextKind: 'user', values: [] }] }),
      [
        'warning user_keys_in_contexts /includedContexts/0',
        'warning user_keys_in_contexts /includedContexts/1',
      ],
    ],
    [
      'that is big without a generation',
      segment({ unbounded: true }),
      ['error missing_generation /generation'],
    ],
    [
      'that is big of generation 0',
      segment({ unbounded: true, generation: 0 }),
      ['error missing_generation /generation'],
    ],
    [
      'that is big and has lists',
      segment({
        unbounded: true,
        generation: 1,
        included: ['a'],
        excludedContexts: [{ contextKind: 'org', values: [] }],
      }),
      ['warning ignored_field /included', 'warning ignored_field /excludedContexts'],
    ],
    [
      'with 1,001 rules',
      segment({ rules: repeated(1_001, { clauses: [] }) }),
      ['error limit_exceeded /rules'],
    ],
    ['with a rule without clauses', segment({ rules: [{}] }), ['error missing_clauses /rules/0/clauses']],
    [
      'with a weight that is none',
      segment({ rules: [{ clauses: [onX('in', 1)], weight: 200_000 }] }),
      ['error invalid_rollout /rules/0/weight'],
    ],
    [
      'that samples by no attribute',
      segment({
        rules: [{ clauses: [onX('in', 1)], weight: 5, bucketBy: '//', rolloutContextKind: 'user' }],
      }),
      ['error invalid_attribute /rules/0/bucketBy'],
    ],
    [
      'that samples another kind without asking for it',
      segment({ rules: [{ clauses: [onX('in', 1)], weight: 5, rolloutContextKind: 'org' }] }),
      ['error missing_kind_clause /rules/0/rolloutContextKind'],
    ],
    ['that samples users', segment({ rules: [{ clauses: [onX('in', 1)], weight: 5, bucketBy: '' }] }), []],
    [
      'that asks itself',
      segment({ rules: [{ clauses: [segmentClause(['segment']), onX('in', 1)] }] }),
      ['error cycle /rules/0'],
    ],
    [
      'with rules and clauses that are none',
      segment({ rules: [5, { clauses: [5] }] }),
      ['error invalid_type /rules/0', 'error invalid_type /rules/1/clauses/0'],
    ],
  ])('%s tells what is wrong, and nothing else', (_, definition, findings) => {
    expect(brief(lintSegment(definition, NOBODY))).toEqual(findings);
  });

  test('in a cycle of three finds the way around', () => {
    const asking = (key: string, other: string): Segment =>
      segment({ key, rules: [{ clauses: [segmentClause([other])] }] });
    const segments = byKey([asking('t', 'u'), asking('u', 'segment')]);
    expect(lintSegment(asking('segment', 't'), { flags: {}, segments })).toEqual([
      {
        severity: 'error',
        code: 'cycle',
        pointer: '/rules/0',
        message: 'the segment asks itself: segment → t → u → segment',
      },
    ]);
  });
});
