import { describe, expect, test } from 'vitest';
import { compileClause } from '../../../src/evaluation/compile/clause.ts';
import { compileTargets } from '../../../src/evaluation/compile/targets.ts';
import { CompileCache } from '../../../src/evaluation/compile/compile-cache.ts';
import type { JsonValue } from '../../../src/evaluation/model.ts';
import { clause, matches, segmentClause, user } from '../../support/flag-builders.ts';

describe('what compiled definitions share', () => {
  test('one getter for each attribute of each kind', () => {
    const cache = new CompileCache();
    const email = cache.getter('user', ['email']);
    expect(cache.getter('user', ['email'])).toBe(email);
    expect(cache.getter('org', ['email'])).not.toBe(email);
    expect(cache.getter('user', ['address', 'city'])).not.toBe(cache.getter('user', ['address/city']));
  });

  const values = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `v${at}`);

  test.each<[string, unknown, unknown]>([
    ['equal fields', clause(), clause()],
    ['a missing kind and null', clause(), clause({ contextKind: null })],
    ['fields in any order', clause(), { values: ['anna'], op: 'in', attribute: 'key' }],
    ['equal segments', segmentClause(['a', 'b']), segmentClause(['a', 'b'])],
    ['20 values', clause({ values: values(20) }), clause({ values: values(20) })],
  ])('one matcher for clauses with %s', (_name, one, other) => {
    const cache = new CompileCache();
    expect(compileClause(other, cache)).toBe(compileClause(one, cache));
  });

  test.each<[string, unknown, unknown]>([
    ['another value', clause(), clause({ values: ['bob'] })],
    ['a value of another type', clause({ values: [1] }), clause({ values: ['1'] })],
    ['more values', clause({ values: ['a'] }), clause({ values: ['a', 'a'] })],
    ['another operator', clause(), clause({ op: 'contains' })],
    ['negation', clause(), clause({ negate: true })],
    ['another kind', clause(), clause({ contextKind: 'org' })],
    ['an empty kind', clause(), clause({ contextKind: '' })],
    ['another attribute', clause(), clause({ attribute: 'name' })],
    ['objects in them', clause({ values: [{ a: 1 }] }), clause({ values: [{ a: 1 }] })],
    ['a kind that no JSON can tell from none', clause({ contextKind: Number.NaN }), clause()],
    ['an attribute that is an object', clause({ attribute: {} }), clause({ attribute: {} })],
    ['more than 20 values', clause({ values: values(21) }), clause({ values: values(21) })],
    ['no values', clause({ values: undefined }), clause({ values: undefined })],
    ['nothing in them', null, null],
  ])('a matcher of its own for clauses with %s', (_name, one, other) => {
    const cache = new CompileCache();
    expect(compileClause(other, cache)).not.toBe(compileClause(one, cache));
  });

  const groupsOf = (
    cache: CompileCache,
    targets: readonly unknown[],
    variations: readonly JsonValue[],
  ): unknown => compileTargets({ targets }, variations, cache);
  const target = (fields: object = {}): object => ({ values: ['anna', 'bob'], variation: 0, ...fields });

  test('one list of targets for equal keys that are served the same', () => {
    const cache = new CompileCache();
    const one = groupsOf(cache, [target(), target({ variation: 1 })], [true, false]);
    expect(groupsOf(cache, [target({ contextKind: null }), target({ variation: 1 })], [true, false])).toBe(
      one,
    );
  });

  test.each<[string, readonly unknown[], readonly JsonValue[]]>([
    ['another key', [target({ values: ['anna'] })], [true]],
    ['another kind', [target({ contextKind: 'org' })], [true]],
    ['another variation', [target({ variation: 1 })], [false, true]],
    ['another value', [target()], [false]],
    ['one more target', [target(), target()], [true]],
    ['nothing to serve', [target()], []],
    ['an object to serve', [target()], [{}]],
    ['more than 20 keys', [target({ values: values(21) })], [true]],
    ['no keys', [target({ values: undefined })], [true]],
    ['nothing in them', [null], [true]],
  ])('a list of their own for targets with %s', (_name, targets, variations) => {
    const cache = new CompileCache();
    const plain = groupsOf(cache, [target()], [true]);
    expect(groupsOf(cache, targets, variations)).not.toBe(plain);
    const again = groupsOf(cache, targets, variations);
    expect(again).toEqual(groupsOf(new CompileCache(), targets, variations));
  });

  test('what was shared longest ago is let go of, and made anew', () => {
    const cache = new CompileCache();
    const first = cache.getter('user', ['first']);
    for (let at = 0; at < 20_000; at += 1) {
      cache.getter('user', [`attribute-${at}`]);
    }
    const again = cache.getter('user', ['first']);
    expect(again).not.toBe(first);
    const context = { kind: 'user', key: 'anna', first: 1 };
    expect([first(context), again(context)]).toEqual([1, 1]);
  });

  test('clauses with more than 20 values match as any other', () => {
    const many = clause({ values: [...values(30), 'anna'] });
    expect([matches(many), matches(many, user('bob'))]).toEqual([true, false]);
  });
});
