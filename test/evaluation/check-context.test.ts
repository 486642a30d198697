import { describe, expect, test } from 'vitest';
import { checkContext } from '../../src/evaluation/check-context.ts';

/** An object in an object, so many times. */
const nested = (levels: number): object =>
  Array.from({ length: levels }).reduce<object>((inner) => ({ inner }), {});

const kinds = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`kind-${index}`, { key: 'x' }]));

describe('what is taken from outside as a context', () => {
  test.each<[string, object]>([
    ['a user', { kind: 'user', key: 'anna' }],
    ['anything in its attributes', { kind: 'org', key: 'acme', tags: ['a', { b: null }], n: 5 }],
    [
      'private attributes',
      { kind: 'user', key: 'anna', _meta: { privateAttributes: ['email', '/address/city'] } },
    ],
    ['nothing private', { kind: 'user', key: 'anna', _meta: { privateAttributes: null } }],
    ['an empty _meta', { kind: 'user', key: 'anna', _meta: null }],
    ['several kinds', { kind: 'multi', user: { key: 'anna' }, org: { key: 'acme' } }],
    ['a hundred kinds', { kind: 'multi', ...kinds(100) }],
    ['a legacy user', { key: 'anna', custom: { plan: 'premium' }, privateAttributeNames: ['email'] }],
    ['a legacy user whose key is a number', { key: 5, custom: null }],
    ['a legacy user whose key is empty', { key: '', kind: null }],
    ['31 levels in it', { kind: 'user', key: 'anna', at: nested(30) }],
  ])('%s', (_name, context) => {
    const check = checkContext(context);
    expect(check).toEqual({ ok: true, context });
    expect(check.ok && check.context).toBe(context);
  });
});

describe('what is refused, and why', () => {
  test.each<[unknown, string]>([
    [undefined, 'expected a context object, got nothing'],
    [null, 'expected a context object, got null'],
    ['anna', 'expected a context object, got "anna"'],
    [[{ kind: 'user', key: 'anna' }], 'expected a context object, got a list'],
    [{ kind: 'user', key: 'anna', at: nested(31) }, 'expected at most 32 levels of nesting'],
    [nested(10_000), 'expected at most 32 levels of nesting'],
    [
      { kind: 'a b', key: 'x' },
      'expected kind to be letters, digits, ".", "_" or "-", and not "kind", got "a b"',
    ],
    [{ kind: 5, key: 'x' }, 'expected kind to be letters, digits, ".", "_" or "-", and not "kind", got 5'],
    [{ kind: 'user' }, 'expected key to be a text that is not empty, got nothing'],
    [{ kind: 'user', key: '' }, 'expected key to be a text that is not empty, got ""'],
    [{ kind: 'user', key: 5 }, 'expected key to be a text that is not empty, got 5'],
    [{ kind: 'user', key: 'x', _meta: 5 }, 'expected _meta to be an object, got 5'],
    [
      { kind: 'user', key: 'x', _meta: { privateAttributes: 'email' } },
      'expected _meta.privateAttributes to be a list of names, got "email"',
    ],
    [
      { kind: 'user', key: 'x', _meta: { privateAttributes: ['email', 5] } },
      'expected _meta.privateAttributes to be a list of names, got a list',
    ],
    [{}, 'expected a kind, or for a user without one a key, got key nothing'],
    [{ key: true }, 'expected a kind, or for a user without one a key, got key true'],
    [{ key: 'x', custom: 5 }, 'expected custom to be an object, got 5'],
    [{ key: 'x', custom: [] }, 'expected custom to be an object, got a list'],
    [
      { key: 'x', privateAttributeNames: {} },
      'expected privateAttributeNames to be a list of names, got an object',
    ],
    [{ kind: 'multi' }, 'expected 1 to 100 kinds in a multi-context, got 0'],
    [{ kind: 'multi', ...kinds(101) }, 'expected 1 to 100 kinds in a multi-context, got 101'],
    [
      { kind: 'multi', multi: { key: 'x' } },
      'expected a kind of letters, digits, ".", "_" or "-", and not "multi", got "multi"',
    ],
    [{ kind: 'multi', user: 'anna' }, 'expected user to be an object, got "anna"'],
    [
      { kind: 'multi', user: { key: 'x' }, org: {} },
      'expected org.key to be a text that is not empty, got nothing',
    ],
    [{ kind: 'multi', org: { key: 'x', _meta: [] } }, 'expected org._meta to be an object, got a list'],
  ])('$0: $1', (value, problem) => {
    expect(checkContext(value)).toEqual({ ok: false, problem });
  });
});
