import { describe, expect, test } from 'vitest';
import type { Context } from '../../../src/evaluation/model.ts';
import {
  ANNA,
  clause,
  ask,
  flag,
  matches,
  rule,
  segment,
  segmentClause,
  segmentRule,
  user,
} from '../../support/flag-builders.ts';

const BOTH: Context = { kind: 'multi', user: { key: 'anna', age: 30 }, org: { key: 'acme', tier: 'gold' } };

describe('whether a clause matches', () => {
  test.each<[string, object, Context, boolean]>([
    ['a value that it lists', clause(), ANNA, true],
    ['another value', clause({ values: ['bob'] }), ANNA, false],
    ['one of its values', clause({ values: ['bob', 'anna'] }), ANNA, true],
    ['no value at all', clause({ values: [] }), ANNA, false],
    ['no value at all, negated', clause({ values: [], negate: true }), ANNA, true],
    ['negated', clause({ negate: true }), ANNA, false],
    ['negated with another value', clause({ values: ['bob'], negate: true }), ANNA, true],
    ['negated by any truthy value', clause({ negate: 'yes' }), ANNA, false],
    ['negated by null, which is not negated', clause({ negate: null }), ANNA, true],
    ['nothing there', clause({ attribute: 'age' }), ANNA, false],
    ['nothing there, negated', clause({ attribute: 'age', negate: true }), ANNA, false],
    [
      'null, which is nothing',
      clause({ attribute: 'age', values: [null] }),
      user('anna', { age: null }),
      false,
    ],
    ['null, negated', clause({ attribute: 'age', negate: true }), user('anna', { age: null }), false],
    ['the kind is not there', clause({ contextKind: 'org', values: ['acme'] }), ANNA, false],
    ['the kind is not there, negated', clause({ contextKind: 'org', negate: true }), ANNA, false],
    ['the kind is there', clause({ contextKind: 'org', values: ['acme'] }), BOTH, true],
    ['no kind, which is the user', clause({ contextKind: null }), BOTH, true],
    ['a kind that is no text', clause({ contextKind: { a: 1 } }), BOTH, false],
    ['an unknown operator', clause({ op: 'like' }), ANNA, false],
    ['an unknown operator, negated', clause({ op: 'like', negate: true }), ANNA, true],
    ['a missing operator', clause({ op: undefined }), ANNA, false],
    [
      'an unknown operator without a value to ask, negated',
      clause({ op: 'like', attribute: 'age', negate: true }),
      ANNA,
      false,
    ],
    ['the kind', clause({ attribute: 'kind', values: ['user'] }), ANNA, true],
    ['the kind, negated', clause({ attribute: 'kind', values: ['org'], negate: true }), ANNA, true],
    ['any of the kinds', clause({ attribute: 'kind', values: ['org'] }), BOTH, true],
    ['any of the kinds, negated', clause({ attribute: 'kind', values: ['org'], negate: true }), BOTH, false],
    [
      'the kinds, whatever the kind beside it',
      clause({ attribute: 'kind', values: ['user'], contextKind: 'device' }),
      ANNA,
      true,
    ],
    ['the kinds as a path', clause({ attribute: '/kind', values: ['user'], contextKind: 'org' }), ANNA, true],
    [
      'the kinds by another operator',
      clause({ attribute: 'kind', op: 'startsWith', values: ['us'] }),
      BOTH,
      true,
    ],
    [
      'anonymous, which is false where it is absent',
      clause({ attribute: 'anonymous', values: [false] }),
      ANNA,
      true,
    ],
  ])('$0: $3', (_name, given, context, expected) => {
    expect(matches(given, context)).toBe(expected);
  });
});

describe('whether a clause matches a list in the context', () => {
  const listener = (groups: readonly unknown[]): Context => user('anna', { groups });
  // Up to four values are compared one by one; more are looked up.
  const MANY = ['m', 'n', 'o', 'p', 'beta'];

  test.each<[string, readonly unknown[], object, boolean]>([
    ['with an element that it lists', ['x', 'beta'], { values: ['beta'] }, true],
    ['with no element that it lists', ['x', 'y'], { values: ['beta'] }, false],
    ['with an element that it lists, negated', ['x', 'beta'], { values: ['beta'], negate: true }, false],
    ['with no element that it lists, negated', ['x'], { values: ['beta'], negate: true }, true],
    ['empty', [], { values: ['beta'] }, false],
    ['empty, negated', [], { values: ['beta'], negate: true }, true],
    ['empty, for many values', [], { values: MANY }, false],
    ['empty, for many values, negated', [], { values: MANY, negate: true }, true],
    ['with an element that it lists, for many values', ['x', 'beta'], { values: MANY }, true],
    ['of lists', [['beta']], { values: ['beta'] }, false],
    ['of lists, for many values', [['beta']], { values: MANY }, false],
    ['of nulls', [null], { values: [null] }, true],
    ['of numbers', [1, 2], { values: [2, 3] }, true],
    ['by another operator', ['x', 'beta-2'], { op: 'startsWith', values: ['beta'] }, true],
    ['by another operator, with no match', [1, null], { op: 'startsWith', values: ['beta'] }, false],
  ])('$0: $3', (_name, groups, fields, expected) => {
    expect(matches(clause({ attribute: 'groups', ...fields }), listener(groups))).toBe(expected);
  });
});

describe('an object in the context', () => {
  test('equals nothing, so that a negated clause matches', () => {
    const context = user('anna', { address: { city: 'Bonn' } });
    const given = { attribute: 'address', op: 'startsWith', values: ['{'] };
    expect(matches(clause(given), context)).toBe(false);
    expect(matches(clause({ ...given, negate: true }), context)).toBe(true);
  });
});

describe('the flag is malformed by a clause', () => {
  test.each<[string, unknown]>([
    ['that is null', null],
    ['that is a text', 'key in anna'],
    ['that is a list', [clause()]],
    ['without an attribute', clause({ attribute: undefined })],
    ['with an empty attribute', clause({ attribute: '' })],
    ['with an attribute that is a number', clause({ attribute: 5 })],
    ['with a path that is not valid', clause({ contextKind: 'user', attribute: '/a//b' })],
    ['with a path to _meta', clause({ contextKind: 'user', attribute: '/_meta' })],
    ['without values', clause({ values: undefined })],
    ['with values that are null', clause({ values: null })],
    ['with values that are no list', clause({ values: 'anna' })],
  ])('%s', (_name, given) => {
    expect(matches(given)).toBe('malformed');
  });

  test('that ends the evaluation: no later rule is evaluated', () => {
    const later = rule([], { variation: 2 });
    expect(ask(flag({ rules: [rule([null]), later] })).reason.kind).toBe('ERROR');
    expect(ask(flag({ rules: [rule([clause({ values: ['bob'] }), null]), later] })).value).toBe('c');
  });

  test('without values only where there is something to compare', () => {
    const nothing = { attribute: 'groups', values: undefined };
    expect(matches(clause(nothing))).toBe(false);
    expect(matches(clause({ ...nothing, negate: true }))).toBe(false);
    expect(matches(clause(nothing), user('anna', { groups: [] }))).toBe(false);
    expect(matches(clause({ ...nothing, negate: true }), user('anna', { groups: [] }))).toBe(true);
    expect(matches(clause(nothing), user('anna', { groups: ['x'] }))).toBe('malformed');
  });
});

describe('whether a clause matches by segments', () => {
  const ours = segment({ key: 'ours', included: ['anna'] });
  const others = segment({ key: 'others', included: ['bob'] });

  test.each<[string, unknown, boolean, boolean | 'malformed']>([
    ['in the segment', ['ours'], false, true],
    ['not in the segment', ['others'], false, false],
    ['in one of two', ['others', 'ours'], false, true],
    ['in none of two', ['others', 'unknown'], false, false],
    ['an unknown segment', ['unknown'], false, false],
    ['negated, in the segment', ['ours'], true, false],
    ['negated, not in the segment', ['others'], true, true],
    ['negated, an unknown segment', ['unknown'], true, true],
    ['negated, in one of two', ['others', 'ours'], true, false],
    ['negated, in none of two', ['others', 'unknown'], true, true],
    ['no segment at all', [], false, false],
    ['no segment at all, negated', [], true, true],
    ['values that are no list', 'ours', false, false],
    ['missing values, negated', undefined, true, true],
    ['values that are no keys', [null, {}, ['ours']], false, false],
    ['a malformed segment', ['broken'], false, 'malformed'],
    ['a malformed segment, negated', ['broken'], true, 'malformed'],
    ['a malformed segment after one that does not hold', ['others', 'broken'], true, 'malformed'],
    ['a malformed segment after one that holds', ['ours', 'broken'], false, true],
  ])('$0: $3', (_name, keys, negate, expected) => {
    const broken = segment({ key: 'broken', rules: 'none' });
    expect(matches(segmentClause(keys, negate), ANNA, [ours, others, broken])).toBe(expected);
  });

  test('its attribute and kind are not looked at', () => {
    const given = { ...segmentClause(['ours']), attribute: '//', contextKind: 'org' };
    expect(matches(given, ANNA, [ours])).toBe(true);
  });

  test('a number names the segment with that key', () => {
    expect(matches(segmentClause([7]), ANNA, [segment({ key: '7', included: ['anna'] })])).toBe(true);
  });

  test('a segment that leads back to itself is malformed', () => {
    const loop = (key: string, next: string) =>
      segment({ key, rules: [segmentRule([segmentClause([next])])] });
    expect(matches(segmentClause(['a']), ANNA, [loop('a', 'a')])).toBe('malformed');
    expect(matches(segmentClause(['a']), ANNA, [loop('a', 'b'), loop('b', 'a')])).toBe('malformed');
    expect(matches(segmentClause(['a'], true), ANNA, [loop('a', 'b'), loop('b', 'b')])).toBe('malformed');
  });

  test('one segment on two ways is no cycle', () => {
    const way = (key: string) => segment({ key, rules: [segmentRule([segmentClause(['shared'])])] });
    const shared = segment({ key: 'shared', rules: [segmentRule([segmentClause(['ours'])])] });
    const top = segment({
      key: 'top',
      rules: [segmentRule([segmentClause(['left']), segmentClause(['right'])])],
    });
    const all = [top, way('left'), way('right'), shared, ours];
    expect(matches(segmentClause(['top']), ANNA, all)).toBe(true);
    expect(matches(segmentClause(['top']), user('bob'), all)).toBe(false);
  });

  test('segments that ask each other 60 deep, twice each, answer at once', () => {
    const deep = Array.from({ length: 60 }, (_, level) =>
      segment({
        key: `s${level}`,
        rules: [
          segmentRule([segmentClause([`s${level + 1}`]), clause({ values: ['bob'] })]),
          segmentRule([segmentClause([`s${level + 1}`])]),
        ],
      }),
    );
    const bottom = segment({ key: 's60', included: ['anna'] });
    expect(matches(segmentClause(['s0']), ANNA, [...deep, bottom])).toBe(true);
    expect(matches(segmentClause(['s0']), user('carol'), [...deep, bottom])).toBe(false);
  });
});
