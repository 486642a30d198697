import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Flag, Segment } from '../../../src/evaluation/model.ts';
import { fixedFlags, replaceableFlags, type SourceStatus } from '../../../src/library/openfeature/index.ts';

const flag = (key: string, rest: Partial<Flag> = {}): Flag => ({
  key,
  version: 1,
  on: true,
  variations: ['yes', 'no'],
  offVariation: 1,
  fallthrough: { variation: 0 },
  ...rest,
});
const segment = (key: string, included: readonly string[] = []): Segment => ({ key, version: 1, included });
const bob = { kind: 'user', key: 'bob' };

/** A source with two flags, the second behind the first, and what its listeners were told. */
function sourceOf() {
  const source = replaceableFlags({
    flags: {
      first: flag('first'),
      second: flag('second', { prerequisites: [{ key: 'first', variation: 0 }] }),
    },
    segments: { staff: segment('staff') },
  });
  const told: (readonly string[])[] = [];
  const leave = source.onChange((keys) => told.push(keys));
  return { source, told, leave, valueOf: (key: string) => source.current().evaluate(key, bob, null).value };
}

describe('flags that can be replaced', () => {
  test('are replaced one by one: the others stay, and flags that require them are named', () => {
    const { source, told, valueOf } = sourceOf();
    const before = source.current();
    expect(source.change({ flags: { first: flag('first', { on: false }) } })).toEqual(['first', 'second']);
    expect(told).toEqual([['first', 'second']]);
    expect([valueOf('first'), valueOf('second')]).toEqual(['no', 'no']);
    expect(before.evaluate('first', bob, null).value).toBe('yes');
    expect(source.flag?.('first')?.on).toBe(false);
  });

  test('are removed with null', () => {
    const { source, valueOf } = sourceOf();
    source.change({ flags: { second: null } });
    expect(valueOf('second')).toBeNull();
    expect(source.flag?.('second')).toBeUndefined();
    expect(valueOf('first')).toBe('yes');
  });

  test('are replaced as a set: only what differs is reported', () => {
    const { source, told, valueOf } = sourceOf();
    const keys = source.replace({
      flags: { first: flag('first'), third: flag('third') },
      segments: { staff: segment('staff') },
    });
    expect(keys.toSorted()).toEqual(['second', 'third']);
    expect(told).toEqual([keys]);
    expect([valueOf('first'), valueOf('second'), valueOf('third')]).toEqual(['yes', null, 'yes']);
  });

  test('that are the same as before are no change', () => {
    const { source, told } = sourceOf();
    const before = source.current();
    expect(source.change({ flags: { first: flag('first') }, segments: { empty: null } })).toEqual([]);
    expect(told).toEqual([]);
    expect(source.current()).toBe(before);
  });

  test('that were edited in place are seen when they are given again, and not before', () => {
    const mine = { ...flag('mine') };
    const source = replaceableFlags({ flags: { mine }, segments: {} });
    Object.assign(mine, { on: false });
    expect(source.current().evaluate('mine', bob, null).value).toBe('yes');
    expect(source.replace({ flags: { mine }, segments: {} })).toEqual(['mine']);
    expect(source.current().evaluate('mine', bob, null).value).toBe('no');
  });

  test('a changed segment may reach every flag', () => {
    const { source } = sourceOf();
    expect(source.change({ segments: { staff: segment('staff', ['bob']) } })).toEqual(['first', 'second']);
  });

  test.each([
    [undefined, /expected \{flags, segments\}, got nothing/],
    [[], /got a list/],
    [{ flags: [flag('first')], segments: {} }, /expected flags to be an object by key, got a list/],
    [{ flags: {}, segments: 5 }, /expected segments to be an object by key, got 5/],
  ])('%j is refused, and the last set stays', (given, message) => {
    const { source, told, valueOf } = sourceOf();
    expect(() => source.replace(given as never)).toThrow(message);
    expect(() => source.change(given as never)).toThrow(message);
    expect(() => fixedFlags(given as never)).toThrow(message);
    expect(told).toEqual([]);
    expect(valueOf('first')).toBe('yes');
  });

  test.each([
    ['a number', 5],
    ['a flag whose prerequisites are no list', { ...flag('odd'), prerequisites: 5 }],
    ['a flag with a prerequisite of null', { ...flag('odd'), prerequisites: [null] }],
  ])('%s is malformed where it is evaluated, and harms no other flag', (_, odd) => {
    const { source, valueOf } = sourceOf();
    source.change({ flags: { odd: odd as never, first: flag('first', { on: false }) } });
    expect(source.current().evaluate('odd', bob, null).reason).toEqual({
      kind: 'ERROR',
      errorKind: 'MALFORMED_FLAG',
    });
    expect(valueOf('first')).toBe('no');
  });

  test('a listener that unsubscribed is not called any more', () => {
    const { source, told, leave } = sourceOf();
    leave();
    source.change({ flags: { first: null } });
    expect(told).toEqual([]);
  });
});

test('a status is reported when it changes, and to listeners that come while it is not ready', () => {
  const source = replaceableFlags({ flags: {}, segments: {} });
  const told: [string, SourceStatus['state']][] = [];
  source.onStatus?.(({ state }) => told.push(['early', state]));
  source.setStatus({ state: 'stale', message: 'the file cannot be read' });
  source.setStatus({ state: 'stale', message: 'the file cannot be read' });
  source.onStatus?.(({ state }) => told.push(['late', state]));
  source.setStatus({ state: 'ready' });
  expect(told).toEqual([
    ['early', 'stale'],
    ['late', 'stale'],
    ['early', 'ready'],
    ['late', 'ready'],
  ]);
});

test('a status that is changed in place and given again is news', () => {
  const source = replaceableFlags({ flags: {}, segments: {} });
  const told: string[] = [];
  source.onStatus?.((status) => told.push(status.state === 'ready' ? '' : status.message));
  const status = { state: 'stale' as const, message: 'a minute behind' };
  source.setStatus(status);
  status.message = 'an hour behind';
  source.setStatus(status);
  expect(told).toEqual(['a minute behind', 'an hour behind']);
});

test('a listener that throws does not keep the news from the others, and is warned of', async () => {
  const source = replaceableFlags({ flags: {}, segments: {} });
  const warned = once(process, 'warning');
  source.onChange(() => {
    throw new Error('this page is gone');
  });
  const heard: (readonly string[])[] = [];
  source.onChange((keys) => heard.push(keys));
  const definition: Flag = {
    key: 'f',
    version: 1,
    on: false,
    variations: [true],
    fallthrough: { variation: 0 },
    salt: '',
  };
  expect(source.change({ flags: { f: definition } })).toEqual(['f']);
  expect(heard).toEqual([['f']]);
  expect(String((await warned)[0])).toContain('this page is gone');
});
