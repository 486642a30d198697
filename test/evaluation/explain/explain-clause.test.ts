import { describe, expect, test } from 'vitest';
import type { EvaluatorOptions } from '../../../src/evaluation/evaluator.ts';
import type { Context, Flag, Segment } from '../../../src/evaluation/model.ts';
import {
  ANNA,
  clause,
  flag,
  onX,
  rule,
  segment,
  segmentClause,
  segmentRule,
  user,
  type FlagFields,
  type SegmentFields,
} from '../../support/flag-builders.ts';
import { explain, told } from './explained-steps.ts';

const lastOf = (fields: FlagFields): unknown => explain([flag(fields)]).steps.at(-2);

const requiring = (key: string, ...keys: readonly string[]): Flag =>
  flag({ key, prerequisites: keys.map((required) => ({ key: required, variation: 0 })) });

describe('an index that is no variation is named', () => {
  const NONE = 'This is malformed: there is no variation 7, only 0 to 3.';
  const missing = (depth: number, text = NONE, data: object = { variation: 7, variations: 4 }) => ({
    kind: 'rollout',
    depth,
    matched: false,
    text,
    data,
  });

  test('where the fallthrough, or a rule, serves it', () => {
    expect(lastOf({ fallthrough: { variation: 7 } })).toEqual(missing(2));
    expect(lastOf({ rules: [rule([], { variation: 7 })] })).toEqual(missing(2));
  });

  test('where the flag is off, or a prerequisite is not met', () => {
    expect(lastOf({ on: false, offVariation: 7 })).toEqual(missing(1));
    expect(lastOf({ prerequisites: [{ key: 'gone', variation: 0 }], offVariation: 7 })).toEqual(missing(1));
    expect(told([requiring('flag', 'gone')])).toHaveLength(2);
  });

  test('and what is no index at all is not', () => {
    expect(lastOf({ fallthrough: null })).toEqual(
      missing(2, 'This is malformed: there is no variation and no rollout to serve.', {}),
    );
  });

  test('where there are no variations at all', () => {
    const text = 'This is malformed: there is no variation 0, nor any other.';
    expect(lastOf({ variations: [] })).toEqual(missing(2, text, { variation: 0, variations: 0 }));
  });

  test.each([
    [[100_000, 0], 'so in the 100 % of variation 7'],
    [[0, 0], 'above every bound, so the last one is served'],
  ])('where a rollout of %j serves it', (weights, last) => {
    const variations = weights.map((weight) => ({ variation: 7, weight }));
    expect(lastOf({ fallthrough: { rollout: { variations } } })).toMatchObject({
      matched: false,
      text: expect.stringContaining(`${last}; that is malformed: there is no variation 7, only 0 to 3.`),
    });
  });

  test('where a target serves it, with the key', () => {
    const targets = [
      { variation: 1, values: ['bob'] },
      { variation: 9, values: ['anna'] },
    ];
    expect(lastOf({ targets })).toEqual({
      kind: 'target',
      depth: 1,
      matched: false,
      text: 'user "anna" is listed, but the target is malformed: there is no variation 9, only 0 to 3.',
      data: { contextKind: 'user', key: 'anna', variation: 9 },
    });
    const contextTargets = [{ contextKind: 'user', variation: 0.5, values: [] }];
    expect(lastOf({ targets: [{ variation: 0.5, values: ['anna'] }], contextTargets })).toMatchObject({
      data: { variation: 0.5 },
    });
  });
});

describe('targets tell which key is listed', () => {
  const both: Context = { kind: 'multi', user: { key: 'anna' }, org: { key: 'acme' } };
  const listing = (...values: readonly string[]) =>
    flag({
      contextTargets: [
        { contextKind: 'device', variation: 2, values: ['anna'] },
        { contextKind: 'org', variation: 1, values },
      ],
    });

  test('and what for', () => {
    expect(explain([listing('acme')], both).steps[1]).toEqual({
      kind: 'target',
      depth: 1,
      matched: true,
      text: 'org "acme" is listed for variation 1.',
      data: { contextKind: 'org', key: 'acme', variation: 1 },
    });
  });

  test('or which keys are not', () => {
    expect(explain([listing('other')], both).steps[1]).toEqual({
      kind: 'target',
      depth: 1,
      matched: false,
      text: 'No target lists user "anna", org "acme".',
      data: {
        keys: [
          { contextKind: 'user', key: 'anna' },
          { contextKind: 'org', key: 'acme' },
        ],
      },
    });
  });
});

describe('a prerequisite that is malformed', () => {
  test('by leading back, tells the way', () => {
    const { steps } = explain([requiring('flag', 'b'), requiring('b', 'c'), requiring('c', 'b')]);
    expect(steps.find(({ data }) => 'cycle' in data)).toEqual({
      kind: 'prerequisite',
      depth: 5,
      matched: false,
      text: 'Prerequisite "b" must serve variation 0, but it refers back to this flag (b → c → b), so the whole flag is malformed.',
      data: { flag: 'b', variation: 0, served: null, cycle: ['b', 'c', 'b'] },
    });
  });

  test('by a long way, tells its ends', () => {
    const keys = ['flag', ...Array.from({ length: 19 }, (_, index) => `f${index}`)];
    const flags = keys.map((key, index) => requiring(key, keys[(index + 1) % keys.length] ?? ''));
    expect(told(flags).join('\n')).toContain('(flag → f0 → f1 → f2 → f3 → … → f15 → f16 → f17 → f18 → flag)');
  });
});

describe('a segment that is malformed', () => {
  const asking = (fields: SegmentFields, ...others: readonly Segment[]): readonly string[] =>
    told([flag({ rules: [rule([segmentClause(['segment'])])] })], ANNA, [segment(fields), ...others]).slice(
      3,
    );
  const MALFORMED = '      - The segment "segment" is malformed: one of its rules is.';

  test('by a clause of a rule, names them', () => {
    const rules = [
      segmentRule([clause({ values: ['bob'] })]),
      segmentRule([clause(), clause({ contextKind: 'user', attribute: '//' })]),
    ];
    expect(asking({ rules })).toEqual([
      MALFORMED,
      '        - Rule 1 of the segment does not match.',
      '          - user key "anna" is not "bob", so the clause does not match.',
      '        - Rule 2 of the segment is malformed.',
      '          + user key "anna" is "anna", so the clause matches.',
      '          - The clause is malformed: "//" is no valid attribute.',
    ]);
  });

  test.each<readonly [string, readonly unknown[], string]>([
    ['that is none', [5], 'it has no list of clauses, or its bucketBy is not a valid attribute'],
    [
      'by its sample',
      [segmentRule([clause()], { weight: 5, bucketBy: '//', rolloutContextKind: 'user' })],
      'its bucketBy is not a valid attribute',
    ],
  ])('by a rule %s, says why', (_, rules, why) => {
    expect(asking({ rules }).slice(0, 2)).toEqual([
      MALFORMED,
      `        - Rule 1 of the segment is malformed: ${why}.`,
    ]);
  });

  test.each<readonly [string, SegmentFields, string]>([
    ['rules', { rules: 5 }, 'its rules are not a list'],
    ['included keys', { included: 5 }, 'it is not an object, or its included keys are not lists'],
    [
      'excluded keys',
      { excluded: 5, rules: [segmentRule([])] },
      'it is not an object, or its excluded keys are not lists',
    ],
  ])('by its %s, names them', (_, fields, why) => {
    expect(asking(fields)).toEqual([`      - The segment "segment" is malformed: ${why}.`]);
  });

  test('by leading back, tells the way', () => {
    const back = segment({ key: 't', rules: [segmentRule([segmentClause(['segment'])])] });
    expect(asking({ rules: [segmentRule([segmentClause(['t'])])] }, back)).toEqual([
      MALFORMED,
      '        - Rule 1 of the segment is malformed.',
      '          - A segment is malformed, or refers back to itself, so the whole flag is malformed.',
      '            - The segment "t" is malformed: one of its rules is.',
      '              - Rule 1 of the segment is malformed.',
      '                - A segment is malformed, or refers back to itself, so the whole flag is malformed.',
      '                  - Segment "segment" refers back to itself (segment → t → segment), so the whole flag is malformed.',
    ]);
  });

  test('is only named where it is deeper than anybody reads', () => {
    const chain = Array.from({ length: 20 }, (_, index) =>
      segment({ key: `s${index}`, rules: [segmentRule([segmentClause([`s${index + 1}`])])] }),
    );
    const lines = asking(
      { rules: [segmentRule([segmentClause(['s0'])])] },
      ...chain,
      segment({ key: 's20', rules: 5 }),
    );
    expect(lines.at(-1)?.trim()).toBe('- The segment "s12" is malformed.');
  });
});

describe('a share of a segment', () => {
  const sampled = (fields: object, context: Context = ANNA) => {
    const rules = [segmentRule([], { weight: 30_000, ...fields })];
    const { steps } = explain([flag({ rules: [rule([segmentClause(['segment'])])] })], context, [
      segment({ rules }),
    ]);
    const step = steps.find(({ text }) => text.startsWith('Rule 1 of the segment'));
    return [step?.text, step?.data];
  };

  test('has its bucket and its border as data', () => {
    expect(sampled({})).toEqual([
      expect.stringMatching(
        /^Rule 1 of the segment (matches|does not match); it takes a share by user key, and bucket 0\.\d{4} [<≥] 0\.30 is (not )?in its 30 %\.$/,
      ),
      {
        ruleIndex: 0,
        bucket: expect.any(Number),
        share: 0.3,
        contextKind: 'user',
        bucketBy: 'key',
        value: 'anna',
      },
    ]);
  });

  test('says that a kind is missing', () => {
    expect(sampled({ rolloutContextKind: 'org' })).toEqual([
      'Rule 1 of the segment matches; it takes a share by org key, where a context without org has bucket 0, and bucket 0.0000 < 0.30 is in its 30 %.',
      { ruleIndex: 0, bucket: 0, share: 0.3, contextKind: 'org', bucketBy: 'key', value: undefined },
    ]);
  });

  test('says that an attribute has no place', () => {
    expect(sampled({ bucketBy: 'age' }, user('anna', { age: 1.5 }))[0]).toBe(
      'Rule 1 of the segment matches; it takes a share by user age, where 1.5, neither text nor an integer, has bucket 0, and bucket 0.0000 < 0.30 is in its 30 %.',
    );
    expect(sampled({ bucketBy: 'age' }, user('anna', { age: 7 }))[0]).toContain('by user age, and bucket');
  });
});

describe('a big segment', () => {
  const asked = (options: EvaluatorOptions) => {
    const big = segment({ unbounded: true, generation: 2 });
    const { steps } = explain([flag({ rules: [rule([segmentClause(['segment'])])] })], ANNA, [big], options);
    const step = steps.find(({ kind }) => kind === 'segment');
    return [step?.text.replace(/^The context is (not )?in segment "segment": /, ''), step?.data];
  };
  const data = (bigSegmentsStatus: string, included?: boolean) => ({
    segment: 'segment',
    contextKind: 'user',
    key: 'anna',
    reference: 'segment.g2',
    included,
    bigSegmentsStatus,
  });
  const store = (status: 'HEALTHY' | 'STALE', membership?: { readonly [key: string]: boolean }) => ({
    bigSegments: () => ({ status, membership }),
  });

  test.each<readonly [string, EvaluatorOptions, string, object]>([
    [
      'without a store',
      {},
      'no big segment store is configured and none of its rules matches.',
      data('NOT_CONFIGURED'),
    ],
    [
      'whose store fails',
      {
        bigSegments: () => {
          throw new Error('the network is down');
        },
      },
      'the big segment store failed and none of its rules matches.',
      data('STORE_ERROR'),
    ],
    [
      'that is not listed',
      store('HEALTHY'),
      'the big segment store does not list its key and none of its rules matches.',
      data('HEALTHY'),
    ],
    [
      'that is not listed yet',
      store('STALE'),
      'the big segment store, which is not up to date, does not list its key and none of its rules matches.',
      data('STALE'),
    ],
    [
      'that is left',
      store('HEALTHY', { 'segment.g2': false }),
      'the big segment store says so for "anna".',
      data('HEALTHY', false),
    ],
    [
      'that was joined',
      store('STALE', { 'segment.g2': true }),
      'the big segment store says so for "anna", though it is not up to date.',
      data('STALE', true),
    ],
  ])('%s tells what its store said', (_, options, text, shown) => {
    expect(asked(options)).toEqual([text, shown]);
  });
});

describe('a clause that cannot match says why', () => {
  const lastWords = (given: unknown, x: unknown): string => {
    const step = explain([flag({ rules: [rule([given])] })], user('anna', { x })).steps.find(
      ({ kind }) => kind === 'clause',
    );
    return step?.text.replace(/^.*so (?:it|the clause) (?:does not match|matches)\. ?/, '') ?? '';
  };

  test.each<readonly [string, unknown, unknown, string]>([
    [
      'a refused pattern',
      onX('matches', '(?=a)', 'b'),
      'a',
      'The pattern "(?=a)" is never matched: (?= looks around.',
    ],
    [
      'a pattern of another dialect',
      onX('matches', '(?i)a'),
      'A',
      'The pattern "(?i)a" is never matched: JavaScript does not take it: Invalid group.',
    ],
    [
      'a text too long',
      onX('matches', 'a'),
      'a'.repeat(2_000),
      'A text of 2000 characters, more than 1024, is never matched.',
    ],
    [
      'a text too long in a list',
      onX('matches', 'a'),
      ['b', 'a'.repeat(1_025)],
      'A text of 1025 characters, more than 1024, is never matched.',
    ],
    ['no text', onX('startsWith', 'a'), 5, '5 is not a text.'],
    ['a value that is no text', onX('contains', 5, 'b'), 'a', '5 is not a text.'],
    ['no number', onX('lessThan', 5), ['a', 'b'], '["a", "b"] is not a number.'],
    ['no date', onX('before', '2020-01-01', 5), 7, '"2020-01-01" is not a date with a time and a zone.'],
    ['no version', onX('semVerEqual', '1.0.0'), 'v1', '"v1" is not a version.'],
    ['no version, negated', { ...onX('semVerEqual', '1.0.0'), negate: true }, 'v1', '"v1" is not a version.'],
    [
      'many values',
      onX('lessThan', 'a', 'b', 'c', 'd', 'e', 'f'),
      1,
      '"a" is not a number. "b" is not a number. "c" is not a number. "d" is not a number. "e" is not a number.',
    ],
    ['only another value', onX('in', 'b'), 'a', ''],
    ['only an older version', onX('semVerGreaterThan', '2.0.0'), '1.0.0', ''],
    ['nothing to say of what matches', onX('contains', 5, 'a'), 'a', ''],
  ])('%s', (_, given, x, text) => {
    expect(lastWords(given, x)).toBe(text);
  });

  test('as data, too', () => {
    const { steps } = explain([flag({ rules: [rule([onX('matches', '(')])] })], user('anna', { x: 'a' }));
    expect(steps.find(({ kind }) => kind === 'clause')?.data).toMatchObject({
      notes: ['The pattern "(" is never matched: JavaScript does not take it: Unterminated group.'],
    });
  });
});
