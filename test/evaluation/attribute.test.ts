import { describe, expect, test } from 'vitest';
import { attributeGetter, attributeOf, parseAttribute } from '../../src/evaluation/attribute.ts';
import { readContext, type CheckedContext } from '../../src/evaluation/context.ts';
import { clause, matches, user } from '../support/flag-builders.ts';

const checked = (context: unknown): CheckedContext => {
  const read = readContext(context);
  if (read === undefined) {
    throw new Error('the test needs a valid context');
  }
  return read;
};

describe('an attribute beside a kind is a reference', () => {
  test.each([
    ['email', ['email']],
    ['two words', ['two words']],
    ['~tilde', ['~tilde']],
    ['a/b', ['a/b']],
    ['/email', ['email']],
    ['/address/city', ['address', 'city']],
    ['/a~1b/c~0d', ['a/b', 'c~d']],
    ['/~01', ['~1']],
    ['/a/', ['a', '']],
    ['/a~|b', ['a~|b']],
    ['/a/_meta', ['a', '_meta']],
  ])('%j is the path %j', (text, path) => {
    expect(parseAttribute(text, false)).toEqual(path);
  });

  test.each(['', '/', '//', '/a//b', 'a//b', '/a~', 'a~', '/a~2', '/~x/b', '_meta', '/_meta', '/_meta/x'])(
    '%j is not valid',
    (text) => {
      expect(parseAttribute(text, false)).toBeUndefined();
    },
  );
});

describe('an attribute without a kind is one name', () => {
  test.each(['email', '/address/city', '//', 'a~', '_meta', '/'])('%j is a path of one step', (text) => {
    expect(parseAttribute(text, true)).toEqual([text]);
  });

  test.each([[''], [undefined], [null], [5], [['key']], [{}]])('%j is no name', (text) => {
    expect(parseAttribute(text, true)).toBeUndefined();
    expect(parseAttribute(text, false)).toBeUndefined();
  });
});

describe('reading an attribute', () => {
  const anna = {
    kind: 'user',
    key: 'anna',
    name: 'Anna',
    address: { city: 'Bonn', 'a/b': 1, none: null, list: ['x'] },
    nothing: null,
    'a/b': 2,
    _meta: { privateAttributes: ['name'] },
  };
  test.each<[string, unknown]>([
    ['key', 'anna'],
    ['name', 'Anna'],
    ['/name', 'Anna'],
    ['/address/city', 'Bonn'],
    ['/address/a~1b', 1],
    ['a/b', 2],
    ['/a~1b', 2],
    ['/address/none', undefined],
    ['/address/missing', undefined],
    ['/address/city/length', undefined],
    ['/address/list/0', undefined],
    ['/address/list/length', undefined],
    ['/address/toString', undefined],
    ['/missing/city', undefined],
    ['nothing', undefined],
    ['missing', undefined],
    ['_meta', undefined],
    ['//', undefined],
    ['toString', undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
    ['hasOwnProperty', undefined],
    ['kind', 'user'],
    ['anonymous', false],
  ])('%j of anna is %j', (reference, value) => {
    expect(attributeOf(checked(anna), reference)).toEqual(value);
  });

  test('a name that every object inherits is read where it is the context’s own', () => {
    expect(attributeOf(checked({ kind: 'user', key: 'anna', toString: 'mine' }), 'toString')).toBe('mine');
  });

  test('only the context of the kind counts', () => {
    const both = checked({
      kind: 'multi',
      user: { key: 'anna', age: 30, anonymous: 1 },
      org: { key: 'acme', tier: 'gold' },
    });
    expect(attributeOf(both, 'age')).toBe(30);
    expect(attributeOf(both, 'tier')).toBeUndefined();
    expect(attributeOf(both, 'tier', 'org')).toBe('gold');
    expect(attributeOf(both, 'anonymous')).toBe(true);
    expect(attributeOf(both, 'anonymous', 'org')).toBe(false);
    expect(attributeOf(both, 'anonymous', 'device')).toBeUndefined();
    expect(attributeOf(both, '/a/b', 'device')).toBeUndefined();
    expect(attributeOf(both, 'toString', 'device')).toBeUndefined();
    expect(attributeOf(both, 'age', 'device')).toBeUndefined();
    expect(attributeOf(both, 'kind', 'device')).toEqual(['user', 'org']);
  });

  test('a path without a step reads an attribute without a name', () => {
    expect(attributeGetter('user', [])(checked({ kind: 'user', key: 'anna', '': 'empty' }))).toBe('empty');
  });

  test('a name with a slash is one name without a kind, and a path with one', () => {
    const context = user('anna', { '/address/city': 'Rome', address: { city: 'Bonn' } });
    const at = { attribute: '/address/city', values: ['Rome'] };
    expect(matches(clause(at), context)).toBe(true);
    expect(matches(clause({ ...at, contextKind: '' }), context)).toBe(false);
    expect(matches(clause({ ...at, contextKind: 'user' }), context)).toBe(false);
    expect(matches(clause({ ...at, contextKind: 'user', values: ['Bonn'] }), context)).toBe(true);
  });
});
