import { describe, expect, test } from 'vitest';
import { contextOfKind, isKind, keyOfKind, kindsOf, readContext } from '../../src/evaluation/context.ts';
import type { MultiContext } from '../../src/evaluation/model.ts';
import { asContext, clause, evaluatorOf, flag, matches } from '../support/flag-builders.ts';

describe('kinds', () => {
  test.each(['user', 'org', 'a', 'Z', '0', '9', 'a_b-c.d', '__proto__', 'usEr'])('%j is one', (kind) => {
    expect(isKind(kind)).toBe(true);
  });

  test.each<[unknown]>([
    [''],
    ['kind'],
    ['multi'],
    ['two words'],
    ['a/b'],
    ['@'],
    ['['],
    ['`'],
    ['{'],
    [':'],
    ['é'],
    [5],
    [null],
    [undefined],
  ])('%j is none', (kind) => {
    expect(isKind(kind)).toBe(false);
  });
});

describe('a context with one kind', () => {
  test('is read in place', () => {
    const anna = { kind: 'user', key: 'anna', age: 30 };
    expect(readContext(anna)).toBe(anna);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'anna'],
    ['a number', 5],
    ['a list', [{ kind: 'user', key: 'anna' }]],
    ['a kind that is none', { kind: 'a b', key: 'anna' }],
    ['an empty kind', { kind: '', key: 'anna' }],
    ['a kind that is a number', { kind: 5, key: 'anna' }],
    ['the kind "kind"', { kind: 'kind', key: 'anna' }],
    ['no key', { kind: 'user' }],
    ['an empty key', { kind: 'user', key: '' }],
    ['a key that is a number', { kind: 'user', key: 5 }],
    ['a multi-context without a kind', { kind: 'multi' }],
    ['a multi-context with a part that is no object', { kind: 'multi', user: 'anna' }],
    ['a multi-context with a part without a key', { kind: 'multi', user: {}, org: { key: 'acme' } }],
    ['a multi-context with a part with an empty key', { kind: 'multi', user: { key: '' } }],
    ['a multi-context with a kind that is none', { kind: 'multi', 'a b': { key: 'x' } }],
    ['a multi-context in a multi-context', { kind: 'multi', multi: { key: 'x' } }],
    ['a legacy user without a key', { name: 'Anna' }],
    ['a legacy user whose key is null', { key: null }],
    ['a legacy user whose key is an object', { key: {} }],
  ])('%s is no context, so none is specified', (_name, value) => {
    expect(readContext(value)).toBeUndefined();
    expect(evaluatorOf([flag()]).evaluate('flag', asContext(value), 'default')).toEqual({
      value: 'default',
      variationIndex: null,
      reason: { kind: 'ERROR', errorKind: 'USER_NOT_SPECIFIED' },
    });
  });
});

describe('a multi-context', () => {
  const both: MultiContext = { kind: 'multi', user: { key: 'anna' }, org: { key: 'acme', tier: 'gold' } };

  test('with two kinds is read in place', () => {
    expect(readContext(both)).toBe(both);
  });

  test('with one kind is that kind', () => {
    expect(readContext({ kind: 'multi', org: { key: 'acme', tier: 'gold', kind: 'x' } })).toEqual({
      kind: 'org',
      key: 'acme',
      tier: 'gold',
    });
  });

  test('gives the context of each kind, its key, and its kinds', () => {
    const read = readContext(both) ?? { kind: '' };
    expect(contextOfKind(read, 'org')).toBe(both.org);
    expect(contextOfKind(read, 'device')).toBeUndefined();
    expect(contextOfKind(read, 'kind')).toBeUndefined();
    expect(contextOfKind(read, 'multi')).toBeUndefined();
    expect(contextOfKind(read, 'toString')).toBeUndefined();
    expect(contextOfKind({ kind: 'multi', org: 5 }, 'org')).toBeUndefined();
    expect(contextOfKind({ kind: 'user', key: 'anna', org: { key: 'acme' } }, 'org')).toBeUndefined();
    expect(keyOfKind(read, 'org')).toBe('acme');
    expect(keyOfKind(read, 'device')).toBeUndefined();
    expect(keyOfKind({ kind: 'user', key: 5 }, 'user')).toBeUndefined();
    expect(kindsOf(read)).toEqual(['user', 'org']);
    expect(kindsOf({ kind: 'org', key: 'acme' })).toEqual(['org']);
  });

  test('a clause on the kind asks for each of its kinds, and never for "multi"', () => {
    const kind = (values: readonly string[]): object => clause({ attribute: 'kind', values });
    expect(matches(kind(['org']), both)).toBe(true);
    expect(matches(kind(['user']), both)).toBe(true);
    expect(matches(kind(['multi']), both)).toBe(false);
    expect(matches(kind(['multi']), asContext({ kind: 'multi', org: { key: 'acme' } }))).toBe(false);
    expect(matches(kind(['org']), asContext({ kind: 'multi', org: { key: 'acme' } }))).toBe(true);
  });
});

describe('a legacy user', () => {
  test('becomes a user: its own attributes come up from custom, the known ones win', () => {
    expect(
      readContext({
        key: 'anna',
        name: 'Anna',
        ip: '127.0.0.1',
        firstName: 'A',
        lastName: 'B',
        email: 'a@dj.example',
        avatar: 'x.png',
        country: 'DE',
        anonymous: 1,
        custom: { plan: 'premium', name: 'hidden', kind: 'org', key: 'other' },
        privateAttributeNames: ['email'],
        unknown: 'left out',
      }),
    ).toEqual({
      kind: 'user',
      key: 'anna',
      name: 'Anna',
      ip: '127.0.0.1',
      firstName: 'A',
      lastName: 'B',
      email: 'a@dj.example',
      avatar: 'x.png',
      country: 'DE',
      anonymous: true,
      plan: 'premium',
      _meta: { privateAttributes: ['email'] },
    });
  });

  test.each<[unknown, object]>([
    [{ key: '' }, { kind: 'user', key: '' }],
    [{ key: 5 }, { kind: 'user', key: '5' }],
    [{ key: true }, { kind: 'user', key: 'true' }],
    [
      { kind: null, key: 'anna' },
      { kind: 'user', key: 'anna' },
    ],
    [
      { key: 'anna', anonymous: false },
      { kind: 'user', key: 'anna', anonymous: false },
    ],
    [
      { key: 'anna', anonymous: null, name: null, custom: null },
      { kind: 'user', key: 'anna' },
    ],
    [
      { key: 'anna', custom: 'x', privateAttributeNames: 'y' },
      { kind: 'user', key: 'anna' },
    ],
  ])('%j reads as %j', (legacy, context) => {
    expect(readContext(legacy)).toEqual(context);
  });
});
