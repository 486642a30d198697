import { describe, expect, test } from 'vitest';
import { launchDarklyBucket } from '../../../src/evaluation/bucketing/launchdarkly.ts';
import type { BigSegmentsStatus } from '../../../src/evaluation/detail.ts';
import type { BigSegmentMembership, EvaluatorOptions } from '../../../src/evaluation/evaluator.ts';
import type { Context, Segment } from '../../../src/evaluation/model.ts';
import {
  ANNA,
  ask,
  asContext,
  clause,
  evaluatorOf,
  flag,
  malformed,
  matches,
  rule,
  segment,
  segmentClause,
  segmentRule,
  user,
} from '../../support/flag-builders.ts';

const ACME: Context = { kind: 'org', key: 'acme' };
const BOTH: Context = { kind: 'multi', user: { key: 'anna' }, org: { key: 'acme' } };

/** Is the context in the segment? */
const holds = (
  fields: Parameters<typeof segment>[0],
  context: Context = ANNA,
  options: EvaluatorOptions = {},
): boolean | 'malformed' => matches(segmentClause(['segment']), context, [segment(fields)], options);

const keys = (values: unknown, contextKind?: unknown): object =>
  contextKind === undefined ? { values } : { values, contextKind };

describe('a segment', () => {
  test.each<[string, Parameters<typeof segment>[0], Context, boolean]>([
    ['without anything holds nobody', {}, ANNA, false],
    [
      'null lists are empty',
      { included: null, excluded: null, rules: null, includedContexts: null },
      ANNA,
      false,
    ],
    ['includes users by key', { included: ['bob', 'anna'] }, ANNA, true],
    ['includes only users that way', { included: ['acme'] }, ACME, false],
    ['includes the user of a multi-context', { included: ['anna'] }, BOTH, true],
    ['includes contexts of a kind', { includedContexts: [keys(['acme'], 'org')] }, ACME, true],
    [
      'includes contexts of a kind in a multi-context',
      { includedContexts: [keys(['acme'], 'org')] },
      BOTH,
      true,
    ],
    ['includes no other kind that way', { includedContexts: [keys(['anna'], 'org')] }, ANNA, false],
    ['without a kind, users are included', { includedContexts: [keys(['anna'])] }, ANNA, true],
    ['with a null kind, users are included', { includedContexts: [keys(['anna'], null)] }, ANNA, true],
    ['with a kind that is no text, nobody', { includedContexts: [keys(['anna'], { a: 1 })] }, ANNA, false],
    [
      'includes by any of its lists',
      { included: ['bob'], includedContexts: [keys(['other'], 'org'), keys(['acme'], 'org')] },
      BOTH,
      true,
    ],
    ['excludes before it asks its rules', { excluded: ['anna'], rules: [segmentRule([])] }, ANNA, false],
    [
      'excludes contexts of a kind before it asks its rules',
      { excludedContexts: [keys(['acme'], 'org')], rules: [segmentRule([])] },
      BOTH,
      false,
    ],
    [
      'excludes by any of its lists',
      { excluded: ['bob'], excludedContexts: [keys(['acme'], 'org')], rules: [segmentRule([])] },
      BOTH,
      false,
    ],
    [
      'lets its rules decide on contexts in none of several lists',
      {
        included: ['bob'],
        includedContexts: [keys(['other'], 'org')],
        excluded: ['carol'],
        excludedContexts: [keys(['third'], 'org')],
        rules: [segmentRule([])],
      },
      BOTH,
      true,
    ],
    ['lets its rules decide on the rest', { excluded: ['bob'], rules: [segmentRule([])] }, ANNA, true],
    ['includes before it excludes', { included: ['anna'], excluded: ['anna'] }, ANNA, true],
    [
      'includes a context before it excludes a user',
      { includedContexts: [keys(['acme'], 'org')], excluded: ['anna'] },
      BOTH,
      true,
    ],
    ['an empty key is in no list', { included: [''] }, { key: '' }, false],
    ['an empty key is not excluded', { excluded: [''], rules: [segmentRule([])] }, { key: '' }, true],
    ['a deleted one holds nobody', { included: ['anna'], deleted: true }, ANNA, false],
  ])('%s', (_name, fields, context, expected) => {
    expect(holds(fields, context)).toBe(expected);
  });
});

describe('of the rules of a segment', () => {
  const bob = clause({ values: ['bob'] });

  test.each<[string, readonly unknown[], boolean]>([
    ['an empty rule holds everybody', [segmentRule([])], true],
    ['a rule holds a context that matches all of its clauses', [segmentRule([clause(), clause()])], true],
    [
      'a rule does not hold a context that matches only some of its clauses',
      [segmentRule([clause(), bob])],
      false,
    ],
    ['any of the rules will do', [segmentRule([bob]), segmentRule([clause()])], true],
    ['nobody is held whom none of the rules matches', [segmentRule([bob]), segmentRule([bob])], false],
    ['a rule without clauses holds nobody', [segmentRule(undefined)], false],
    ['a rule whose clauses are null holds nobody', [segmentRule(null), segmentRule([bob])], false],
  ])('%s', (_name, rules, expected) => {
    expect(holds({ rules })).toBe(expected);
  });

  test('one may ask other segments in its turn', () => {
    const inner = segment({ key: 'inner', included: ['anna'] });
    const outer = segment({ rules: [segmentRule([segmentClause(['inner'])])] });
    expect(matches(segmentClause(['segment']), ANNA, [outer, inner])).toBe(true);
    expect(matches(segmentClause(['segment']), user('bob'), [outer, inner])).toBe(false);
    expect(matches(segmentClause(['segment']), ANNA, [outer])).toBe(false);
  });
});

describe('who is in the sample of a rule', () => {
  const bucket = launchDarklyBucket('segment', 'salt', 'anna');
  const above = Math.ceil(bucket * 100_000);
  const age = user('anna', { age: 33, city: 'Bonn', half: 0.5, at: { city: 'Rome' } });
  const weigh = (value: string): number => Math.ceil(launchDarklyBucket('segment', 'salt', value) * 100_000);

  test.each<[string, object, Context, boolean]>([
    ['a share of everybody', { weight: 100_000 }, ANNA, true],
    ['a share of nobody', { weight: 0 }, ANNA, false],
    ['a share that reaches the bucket', { weight: above }, ANNA, true],
    ['a share that does not reach the bucket', { weight: above - 1 }, ANNA, false],
    ['a null weight, which is none and takes everybody', { weight: null }, ANNA, true],
    ['a weight as text', { weight: String(above) }, ANNA, true],
    ['a weight that is no number', { weight: 'half' }, ANNA, false],
    ['bucketed by a number', { weight: weigh('33'), bucketBy: 'age' }, age, true],
    ['bucketed by a number, not reached', { weight: weigh('33') - 1, bucketBy: 'age' }, age, false],
    ['bucketed by a text', { weight: weigh('Bonn') - 1, bucketBy: 'city' }, age, false],
    ['bucketed by a fraction, which stands at 0', { weight: 1, bucketBy: 'half' }, age, true],
    ['bucketed by nothing, which stands at 0', { weight: 1, bucketBy: 'nothing' }, age, true],
    ['an empty share, which does not reach even 0', { weight: 0, bucketBy: 'nothing' }, age, false],
    [
      'bucketed by a path beside a kind',
      { weight: weigh('Rome'), bucketBy: '/at/city', rolloutContextKind: 'user' },
      age,
      true,
    ],
    [
      'bucketed by a path without a kind, which is a name that is not there',
      { weight: 1, bucketBy: '/at/city' },
      age,
      true,
    ],
    ['bucketed by another kind', { weight: weigh('acme'), rolloutContextKind: 'org' }, BOTH, true],
    [
      'bucketed by another kind, not reached',
      { weight: weigh('acme') - 1, rolloutContextKind: 'org' },
      BOTH,
      false,
    ],
    [
      'bucketed by a kind that is not there, which stands at 0',
      { weight: 1, rolloutContextKind: 'org' },
      ANNA,
      true,
    ],
    ['bucketed by an empty attribute, which is the key', { weight: above - 1, bucketBy: '' }, ANNA, false],
  ])('$0: $3', (_name, fields, context, expected) => {
    expect(holds({ rules: [segmentRule([], fields)] }, context)).toBe(expected);
  });

  test('nobody who does not match its clauses', () => {
    const sample = { weight: 100_000 };
    expect(holds({ rules: [segmentRule([clause({ values: ['bob'] })], sample)] })).toBe(false);
    expect(holds({ rules: [segmentRule([null], sample)] })).toBe('malformed');
  });

  test('the next rule is evaluated for contexts outside the sample', () => {
    expect(holds({ rules: [segmentRule([], { weight: 0 }), segmentRule([clause()])] })).toBe(true);
  });

  test.each<[string, object]>([
    ['an attribute that is not valid', { bucketBy: '/a//b', rolloutContextKind: 'user' }],
    ['an attribute that is a number', { bucketBy: 5 }],
  ])('no context by %s, which is malformed for contexts that match the clauses', (_name, fields) => {
    const sample = { weight: 1_000, ...fields };
    expect(holds({ rules: [segmentRule([clause()], sample)] })).toBe('malformed');
    expect(holds({ rules: [segmentRule([clause()], sample)] }, user('bob'))).toBe(false);
  });
});

describe('a segment is malformed', () => {
  test.each<[string, Parameters<typeof segment>[0]]>([
    ['included is no list', { included: 'anna' }],
    ['excluded is no list', { excluded: {} }],
    ['included contexts are no list', { includedContexts: 5 }],
    ['excluded contexts are no list', { excludedContexts: 'x' }],
    ['a context target is null', { includedContexts: [null] }],
    ['a context target without values', { excludedContexts: [{ contextKind: 'org' }] }],
    ['rules are no list', { rules: 'none' }],
    ['a rule is null', { rules: [null] }],
    ['the clauses of a rule are no list', { rules: [segmentRule('none')] }],
    ['a clause is null', { rules: [segmentRule([null])] }],
    [
      'a rule after one that does not match is null',
      { rules: [segmentRule([clause({ values: ['bob'] })]), null] },
    ],
  ])('where %s', (_name, fields) => {
    expect(holds(fields)).toBe('malformed');
  });

  test('but not for contexts listed before', () => {
    expect(holds({ included: ['anna'], rules: [null] })).toBe(true);
    expect(holds({ excluded: ['anna'], rules: 'none' })).toBe(false);
  });

  test.each<unknown>([5, 'segment', [], true])(
    'where it is %j, to every flag that refers to it',
    (definition) => {
      const given = { flag: flag({ rules: [rule([segmentClause(['segment'])])] }) };
      const evaluator = evaluatorOf([]).with({
        flags: given,
        segments: { segment: definition as Segment | null },
      });
      expect(evaluator.evaluate('flag', ANNA, 'default')).toEqual(malformed);
    },
  );
});

describe('a big segment', () => {
  const big = (fields: Parameters<typeof segment>[0] = {}): Segment =>
    segment({ unbounded: true, generation: 2, ...fields });
  const asked = (segments: readonly Segment[], options: EvaluatorOptions, context: Context = ANNA) => {
    const given = flag({ rules: [rule([segmentClause(segments.map(({ key }) => key))])] });
    const { reason, value } = ask(given, context, segments, options);
    return [value, reason.bigSegmentsStatus];
  };
  const store =
    (membership: BigSegmentMembership['membership'], status: BigSegmentsStatus = 'HEALTHY') =>
    (): BigSegmentMembership => ({ status, membership });

  test.each<[string, Segment, EvaluatorOptions, Context, string, BigSegmentsStatus | undefined]>([
    ['in', big(), { bigSegments: store({ 'segment.g2': true }) }, ANNA, 'b', 'HEALTHY'],
    ['out', big(), { bigSegments: store({ 'segment.g2': false }) }, ANNA, 'a', 'HEALTHY'],
    [
      'out, whatever its rules say',
      big({ rules: [segmentRule([])] }),
      { bigSegments: store({ 'segment.g2': false }) },
      ANNA,
      'a',
      'HEALTHY',
    ],
    [
      'another generation does not count',
      big(),
      { bigSegments: store({ 'segment.g1': true }) },
      ANNA,
      'a',
      'HEALTHY',
    ],
    ['not listed', big(), { bigSegments: store({}) }, ANNA, 'a', 'HEALTHY'],
    [
      'not listed, so that the rules decide',
      big({ rules: [segmentRule([clause()])] }),
      { bigSegments: store({}) },
      ANNA,
      'b',
      'HEALTHY',
    ],
    [
      'nothing known of the key, so that the rules decide',
      big({ rules: [segmentRule([clause()])] }),
      { bigSegments: store(undefined, 'STALE') },
      ANNA,
      'b',
      'STALE',
    ],
    [
      'the store is behind',
      big(),
      { bigSegments: store({ 'segment.g2': true }, 'STALE') },
      ANNA,
      'b',
      'STALE',
    ],
    ['the store fails', big(), { bigSegments: store(undefined, 'STORE_ERROR') }, ANNA, 'a', 'STORE_ERROR'],
    [
      'the store throws',
      big({ rules: [segmentRule([clause()])] }),
      {
        bigSegments: () => {
          throw new Error('down');
        },
      },
      ANNA,
      'b',
      'STORE_ERROR',
    ],
    ['no store', big(), {}, ANNA, 'a', 'NOT_CONFIGURED'],
    ['no store, but rules', big({ rules: [segmentRule([])] }), {}, ANNA, 'b', 'NOT_CONFIGURED'],
    [
      'without a generation no context is in, whatever it lists',
      big({ generation: undefined, included: ['anna'], rules: [segmentRule([])] }),
      { bigSegments: store({ 'segment.g2': true }) },
      ANNA,
      'a',
      'NOT_CONFIGURED',
    ],
    [
      'its own lists do not count',
      big({ included: ['anna'] }),
      { bigSegments: store({}) },
      ANNA,
      'a',
      'HEALTHY',
    ],
    [
      'the kind is not there: the store is not asked, nor are the rules',
      big({ unboundedContextKind: 'org', rules: [segmentRule([])] }),
      {},
      ANNA,
      'a',
      undefined,
    ],
    [
      'of another kind',
      big({ unboundedContextKind: 'org' }),
      {
        bigSegments: (key) => ({ status: 'HEALTHY', membership: { 'segment.g2': key === 'acme' } }),
      },
      BOTH,
      'b',
      'HEALTHY',
    ],
    ['an empty kind is of users', big({ unboundedContextKind: '' }), {}, ANNA, 'a', 'NOT_CONFIGURED'],
    ['a kind that is no text is no context’s', big({ unboundedContextKind: {} }), {}, ANNA, 'a', undefined],
    ['an empty key is not asked about', big(), {}, { key: '' }, 'a', undefined],
    [
      'a generation that is no number has a name all the same',
      big({ generation: { a: 1 } }),
      { bigSegments: store({ 'segment.g': true }) },
      ANNA,
      'b',
      'HEALTHY',
    ],
  ])('$0: serves $4, status $5', (_name, given, options, context, value, status) => {
    expect(asked([given], options, context)).toEqual([value, status]);
  });

  test.each<[BigSegmentsStatus, BigSegmentsStatus, BigSegmentsStatus]>([
    ['HEALTHY', 'STALE', 'STALE'],
    ['STALE', 'HEALTHY', 'STALE'],
    ['STORE_ERROR', 'STALE', 'STORE_ERROR'],
    ['STALE', 'NOT_CONFIGURED', 'NOT_CONFIGURED'],
    ['NOT_CONFIGURED', 'STORE_ERROR', 'NOT_CONFIGURED'],
    ['STORE_ERROR', 'HEALTHY', 'STORE_ERROR'],
  ])('of %s and %s tells the worse: %s', (first, second, worst) => {
    const segments = [big({ key: 'one' }), big({ key: 'two', unboundedContextKind: 'org' })];
    const bigSegments = (key: string): BigSegmentMembership => ({
      status: key === 'anna' ? first : second,
      membership: {},
    });
    expect(asked(segments, { bigSegments }, BOTH)).toEqual(['a', worst]);
  });

  test('the store is queried once for each key and evaluation, and anew in the next', () => {
    const questions: string[] = [];
    const bigSegments = (key: string): BigSegmentMembership => {
      questions.push(key);
      return { status: 'HEALTHY', membership: { 'three.g2': questions.length > 2 } };
    };
    const names = ['one', 'two', 'three'];
    const segments = [...names.map((key) => big({ key })), big({ key: 'orgs', unboundedContextKind: 'org' })];
    const flags = [flag({ rules: [rule([segmentClause(segments.map(({ key }) => key))])] })];
    const evaluator = evaluatorOf(flags, segments, { bigSegments });
    expect(evaluator.evaluate('flag', BOTH, null).value).toBe('a');
    expect(questions).toEqual(['anna', 'acme']);
    expect(evaluator.evaluate('flag', BOTH, null).value).toBe('b');
    expect(questions).toEqual(['anna', 'acme', 'anna']);
  });

  test('every kind of reason has the status, errors too', () => {
    const prerequisite = flag({ key: 'asks', rules: [rule([segmentClause(['segment'])])] });
    const top = flag({ prerequisites: [{ key: 'asks', variation: 1 }] });
    expect(ask([top, prerequisite], ANNA, [big()])).toEqual({
      value: 'z',
      variationIndex: 3,
      reason: { kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'asks', bigSegmentsStatus: 'NOT_CONFIGURED' },
    });
    const broken = flag({ rules: [rule([segmentClause(['segment'])])], fallthrough: {} });
    expect(ask(broken, ANNA, [big()])).toEqual({
      ...malformed,
      reason: { ...malformed.reason, bigSegmentsStatus: 'NOT_CONFIGURED' },
    });
  });

  test('a flag that does not ask it has no status', () => {
    expect(ask(flag(), ANNA, [big()]).reason).toEqual({ kind: 'FALLTHROUGH' });
  });

  test('a store that answers with no object at all is an exception, and nothing is thrown', () => {
    const given = flag({ rules: [rule([segmentClause(['segment'])])] });
    const bigSegments = (() => null) as never;
    expect(ask(given, ANNA, [big()], { bigSegments }).reason).toEqual({
      kind: 'ERROR',
      errorKind: 'EXCEPTION',
    });
  });

  test('a cycle through a big segment is malformed like any other', () => {
    const around = (key: string, next: string): Segment =>
      big({ key, rules: [segmentRule([segmentClause([next])])] });
    for (const loop of [
      [around('segment', 'segment')],
      [around('segment', 'next'), around('next', 'segment')],
    ]) {
      const asks = flag({ rules: [rule([segmentClause(['segment'])])] });
      expect(ask(asks, ANNA, loop, { bigSegments: store({}) })).toEqual({
        ...malformed,
        reason: { ...malformed.reason, bigSegmentsStatus: 'HEALTHY' },
      });
    }
  });
});

test('a context without a prototype is evaluated as any other', () => {
  expect(holds({ included: ['anna'] }, asContext(Object.assign(Object.create(null), ANNA)))).toBe(true);
});
