import { describe, expect, test } from 'vitest';
import { ANNA, ask, clause, flag, malformed, rule, user } from '../../support/flag-builders.ts';

const ANYBODY: readonly object[] = [];
const is = (key: string): object => clause({ values: [key] });

describe('rules', () => {
  test('the first that matches serves, and says its index and id', () => {
    const rules = [
      rule([is('bob')], { id: 'first', variation: 1 }),
      rule([is('anna')], { id: 'second', variation: 2 }),
      rule([is('anna')], { id: 'third', variation: 0 }),
    ];
    expect(ask(flag({ rules }))).toEqual({
      value: 'c',
      variationIndex: 2,
      reason: { kind: 'RULE_MATCH', ruleIndex: 1, ruleId: 'second' },
    });
    expect(ask(flag({ rules }), user('carol')).reason).toEqual({ kind: 'FALLTHROUGH' });
  });

  test('without an id the reason has none', () => {
    expect(ask(flag({ rules: [rule([is('anna')])] })).reason).toStrictEqual({
      kind: 'RULE_MATCH',
      ruleIndex: 0,
    });
    expect(ask(flag({ rules: [rule([is('anna')], { id: 5, variation: 1 })] })).reason).toStrictEqual({
      kind: 'RULE_MATCH',
      ruleIndex: 0,
    });
  });

  test.each<[string, readonly object[], boolean]>([
    ['none', ANYBODY, true],
    ['one that matches', [is('anna')], true],
    ['one that does not', [is('bob')], false],
    ['two that match', [is('anna'), is('anna')], true],
    ['two, the first does not', [is('bob'), is('anna')], false],
    ['two, the second does not', [is('anna'), is('bob')], false],
    ['three that match', [is('anna'), is('anna'), is('anna')], true],
    ['three, the last does not', [is('anna'), is('anna'), is('bob')], false],
  ])('match only if all of their clauses do: $0, $2', (_name, clauses, expected) => {
    expect(ask(flag({ rules: [rule(clauses)] })).reason.kind === 'RULE_MATCH').toBe(expected);
  });

  test.each([undefined, null])('without clauses (%j) a rule matches nobody', (clauses) => {
    expect(ask(flag({ rules: [rule(clauses)] })).reason.kind).toBe('FALLTHROUGH');
    expect(ask(flag({ rules: [rule(clauses), rule(ANYBODY, { variation: 2 })] })).value).toBe('c');
  });

  test.each([undefined, null, []])('without rules (%j) the default rule decides', (rules) => {
    expect(ask(flag({ rules }))).toEqual({ value: 'a', variationIndex: 0, reason: { kind: 'FALLTHROUGH' } });
  });

  test.each<[string, unknown]>([
    ['rules that are no list', 'anna'],
    ['a rule that is null', [null]],
    ['a rule that is a text', ['anna']],
    ['a rule that is a list', [[is('anna')]]],
    ['clauses that are no list', [rule('anna')]],
    ['a malformed clause', [rule([null])]],
    ['a malformed clause after one that matches', [rule([is('anna'), null])]],
    ['a malformed clause before one that does not match', [rule([null, is('bob')])]],
    ['a malformed clause among three', [rule([is('anna'), null, is('bob')])]],
    ['a malformed rule after one that does not match', [rule([is('bob')]), rule('anna')]],
    ['neither variation nor rollout', [rule(ANYBODY, {})]],
    ['a variation that is none', [rule(ANYBODY, { variation: 9 })]],
  ])('%s: malformed', (_name, rules) => {
    expect(ask(flag({ rules }), ANNA)).toEqual(malformed);
  });

  test.each<[string, unknown]>([
    ['a malformed rule after it', [rule([is('anna')]), null]],
    [
      'a rule before it that would serve nothing, and does not match',
      [rule([is('bob')], {}), rule([is('anna')])],
    ],
    [
      'a malformed clause before it, behind one that does not match',
      [rule([is('bob'), null]), rule([is('anna')])],
    ],
  ])('a rule that matches is not spoilt by %s', (_name, rules) => {
    expect(ask(flag({ rules })).value).toBe('b');
  });
});

describe('the default rule', () => {
  test.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a number', 1],
    ['a list', [1]],
    ['empty', {}],
    ['with a null variation only', { variation: null }],
    ['with a variation that is none', { variation: 4 }],
    ['with a variation as text', { variation: '1' }],
    ['with a rollout that is no object', { rollout: 5 }],
  ])('%s: malformed where it is reached', (_name, fallthrough) => {
    expect(ask(flag({ fallthrough }))).toEqual(malformed);
    expect(ask(flag({ fallthrough, rules: [rule([is('anna')])] })).value).toBe('b');
  });

  test('a variation may be null, and is then the answer', () => {
    expect(ask(flag({ variations: [null] }))).toEqual({
      value: null,
      variationIndex: 0,
      reason: { kind: 'FALLTHROUGH' },
    });
  });

  test.each([undefined, null, 'abc', []])(
    'without variations (%j) there is nothing to serve',
    (variations) => {
      expect(ask(flag({ variations }))).toEqual(malformed);
    },
  );
});

describe('a flag that is off', () => {
  test.each<[string, object, object]>([
    ['serves its off variation', { offVariation: 1 }, { value: 'b', variationIndex: 1 }],
    [
      'serves the default without one',
      { offVariation: undefined },
      { value: 'default', variationIndex: null },
    ],
    [
      'serves the default where it is null',
      { offVariation: null },
      { value: 'default', variationIndex: null },
    ],
    [
      'serves the default where it is a text',
      { offVariation: '1' },
      { value: 'default', variationIndex: null },
    ],
    [
      'is off whatever is malformed in it',
      { rules: 5, targets: 5, prerequisites: 5 },
      { value: 'z', variationIndex: 3 },
    ],
    ['is off where "on" is missing', { on: undefined }, { value: 'z', variationIndex: 3 }],
    ['is off where "on" is 0', { on: 0 }, { value: 'z', variationIndex: 3 }],
  ])('%s', (_name, fields, served) => {
    expect(ask(flag({ on: false, ...fields }))).toEqual({ ...served, reason: { kind: 'OFF' } });
  });

  test.each([4, -1, 0.5])('the off variation %d is none: malformed', (offVariation) => {
    expect(ask(flag({ on: false, offVariation }))).toEqual(malformed);
  });

  test('on may be any truthy value', () => {
    expect(ask(flag({ on: 'yes' })).reason.kind).toBe('FALLTHROUGH');
  });
});
