import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/library/evaluation/index.ts';
import {
  ANNA,
  byKey,
  evaluatorOf,
  fellThrough,
  flag,
  matched,
  onX,
  rule,
  segment,
  segmentClause,
  user,
} from '../support/flag-builders.ts';

const error = (errorKind: string, value: unknown = 'default') => ({
  value,
  variationIndex: null,
  reason: { kind: 'ERROR', errorKind },
});

describe('an evaluation', () => {
  test('answers with the value, its index and the reason, in the same frozen object each time', () => {
    const evaluator = evaluatorOf([flag()]);
    const detail = evaluator.evaluate('flag', ANNA, 'default');
    expect(detail).toEqual(fellThrough);
    expect(Object.isFrozen(detail) && Object.isFrozen(detail.reason)).toBe(true);
    expect(evaluator.evaluate('flag', user('bob'), 'other')).toBe(detail);
  });

  test('takes a value that is null for a value', () => {
    expect(evaluatorOf([flag({ variations: [null, 1] })]).evaluate('flag', ANNA, 'default')).toEqual({
      ...fellThrough,
      value: null,
    });
  });

  test('checks the type of a default like that of a value, unless there is nothing to check it against', () => {
    const off = evaluatorOf([flag({ on: false, offVariation: null })]);
    expect(off.evaluate('flag', ANNA, true, { expectedType: 'boolean' })).toEqual({
      value: true,
      variationIndex: null,
      reason: { kind: 'OFF' },
    });
    expect(off.evaluate('flag', ANNA, 'x', { expectedType: 'boolean' })).toEqual(error('WRONG_TYPE', 'x'));
    expect(off.evaluate('gone', ANNA, 'x', { expectedType: 'boolean' })).toEqual(
      error('FLAG_NOT_FOUND', 'x'),
    );
    expect(off.evaluate('flag', ANNA, 'x', {})).toEqual({
      value: 'x',
      variationIndex: null,
      reason: { kind: 'OFF' },
    });
  });
});

test('a flag that is gone is not there, like one that never was', () => {
  const evaluator = evaluatorOf([flag(), flag({ key: 'gone', deleted: true })]);
  expect(['flag', 'gone', 'never'].map((key) => evaluator.has(key))).toEqual([true, false, false]);
});

test.each([null, undefined, 5, 'flags', [], {}, { flags: 5, segments: null }])(
  'a set of flags that is %j has none',
  (set) => {
    const evaluator = createEvaluator(set as never).with(set as never);
    expect(evaluator.has('flag')).toBe(false);
    expect(evaluator.evaluate('flag', ANNA, 'default')).toEqual(error('FLAG_NOT_FOUND'));
  },
);

describe('clauses', () => {
  test.each([2, 3, 11])('of a rule are all asked, where there are %i of them', (count) => {
    const clauses = Array.from({ length: count }, (_, index) => ({
      ...onX('in', 'yes'),
      attribute: `a${index}`,
    }));
    const evaluator = evaluatorOf([
      flag({ rules: [rule(clauses)] }),
      flag({ key: 'g', rules: [rule(clauses)] }),
    ]);
    const all = Object.fromEntries(clauses.map(({ attribute }) => [attribute, 'yes']));
    for (const key of ['flag', 'g']) {
      expect(evaluator.evaluate(key, user('anna', all), null)).toEqual(matched);
      for (const { attribute } of clauses) {
        expect(evaluator.evaluate(key, user('anna', { ...all, [attribute]: 'no' }), null)).toEqual(
          fellThrough,
        );
      }
    }
  });

  test('are shared between flags that have equal ones, however many there come to be', () => {
    const flags = Array.from({ length: 20_100 }, (_, index) =>
      flag({ key: `f${index}`, rules: [rule([onX('in', `v${index % 20_050}`)])] }),
    );
    const evaluator = evaluatorOf(flags);
    for (const index of [0, 49, 20_049, 20_050, 20_099]) {
      expect(evaluator.evaluate(`f${index}`, user('anna', { x: `v${index % 20_050}` }), null)).toEqual(
        matched,
      );
      expect(evaluator.evaluate(`f${index}`, user('anna', { x: 'v' }), null)).toEqual(fellThrough);
    }
  });
});

describe('the next evaluator', () => {
  const US = rule([onX('in', 'blue')]);
  const context = user('anna', { x: 'blue' });

  test('knows what changed, and the one before does not', () => {
    const first = evaluatorOf([flag(), flag({ key: 'g' })]);
    const second = first.with({ flags: byKey([flag({ rules: [US] }), flag({ key: 'h' })]) });
    const third = second.with({ flags: { g: null, flag: flag({ deleted: true }) } });
    expect(first.evaluate('flag', context, 'default')).toEqual(fellThrough);
    expect(second.evaluate('flag', context, 'default')).toEqual(matched);
    expect(
      [first, second, third].map((evaluator) =>
        ['flag', 'g', 'h'].filter((key) => evaluator.has(key)).join(' '),
      ),
    ).toEqual(['flag g', 'flag g h', 'h']);
  });

  test('sees a changed segment and a changed prerequisite through flags that did not change', () => {
    const given = flag({
      rules: [
        rule([segmentClause(['segment'])]),
        rule([segmentClause(['t', 'segment'])], { variation: 1, id: 'many' }),
      ],
      prerequisites: [{ key: 'g', variation: 0 }],
    });
    const first = evaluatorOf([given, flag({ key: 'g' })], [segment()]);
    const second = first.with({ segments: byKey([segment({ included: ['anna'] })]) });
    const third = second.with({ segments: { segment: null, t: segment({ included: ['anna'] }) } });
    const fourth = second.with({ flags: byKey([flag({ key: 'g', on: false })]) });
    const answers = () =>
      [first, second, third, fourth].map(
        (evaluator) => evaluator.evaluate('flag', context, 'default').reason,
      );
    const expected = [
      { kind: 'FALLTHROUGH' },
      { kind: 'RULE_MATCH', ruleIndex: 0 },
      { kind: 'RULE_MATCH', ruleId: 'many', ruleIndex: 1 },
      { kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'g' },
    ];
    expect(answers()).toEqual(expected);
    expect(answers(), 'asked in turn, each keeps to its own').toEqual(expected);
  });

  test('does not compile again what did not change', () => {
    let reads = 0;
    const watched = new Proxy(flag({ key: 'watched' }), {
      get: (target, name) => {
        reads += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
    const first = createEvaluator({ flags: { watched }, segments: {} });
    const compiled = reads;
    expect(compiled).toBeGreaterThan(0);
    const later = first.with({ flags: byKey([flag()]) }).with({ segments: byKey([segment()]) });
    expect(later.evaluate('watched', ANNA, 'default')).toBe(first.evaluate('watched', ANNA, 'default'));
    expect(reads).toBe(compiled);
  });

  test('keeps the big segment store', () => {
    const big = segment({ unbounded: true, generation: 1 });
    const first = evaluatorOf([flag({ rules: [rule([segmentClause(['segment'])])] })], [], {
      bigSegments: () => ({ status: 'STALE', membership: { 'segment.g1': true } }),
    });
    const second = first.with({ segments: byKey([big]) });
    expect(first.evaluate('flag', ANNA, null).reason).toEqual({ kind: 'FALLTHROUGH' });
    expect(second.evaluate('flag', ANNA, null).reason).toEqual({
      ...matched.reason,
      bigSegmentsStatus: 'STALE',
    });
  });
});
