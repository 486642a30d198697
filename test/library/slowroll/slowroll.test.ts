import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  SlowrollConfig,
  type FetchDocument,
  type SlowrollOptions,
  type SlowrollSide,
} from '../../../src/library/slowroll/index.ts';

const HOUR = 3_600_000;
const END = Date.UTC(2026, 10, 20, 12);
const rollout = { end_time: '2026-11-20 12:00Z', duration: '10h', stable: 'old', new: 'new' };

/** A configuration over a document, at a time that the test moves. */
function configOf(
  entry: object,
  options: SlowrollOptions = {},
): { config: SlowrollConfig; at: (ms: number) => SlowrollConfig } {
  let now = 0;
  const fetch: FetchDocument = () => Promise.resolve({ body: JSON.stringify({ shop: { ranking: entry } }) });
  const config = new SlowrollConfig('memory:', null, {
    fetch,
    now: () => now,
    maxAgeMs: Infinity,
    ...options,
  });
  return {
    config,
    at: (ms) => {
      now = ms;
      return config;
    },
  };
}

/** Hash keys whose position is the number that they spell. */
const spelled: SlowrollOptions = { hasher: Number };

describe('a value on its way', () => {
  const vectors = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../evaluation/bucketing/vectors/slowroll.json'), 'utf8'),
  ) as readonly { config: object; hashKey: string; now: string; value: unknown }[];

  test(`all ${vectors.length} answers of the original are ours`, async () => {
    expect(vectors.length).toBeGreaterThan(30);
    for (const vector of vectors) {
      const { at } = configOf(vector.config);
      const value = await at(Date.parse(vector.now)).getValue('shop', 'ranking', vector.hashKey);
      expect(value, JSON.stringify(vector)).toEqual(vector.value);
    }
  });

  test.each([
    ['before the start no key has it', {}, -10.001, ['0'], []],
    ['at the start only position 0', {}, -10, ['0', '0.01'], ['0']],
    ['half way, half', {}, -5, ['0.5', '0.51'], ['0.5']],
    ['at the end, everybody', {}, 0, ['0', '0.999'], ['0', '0.999']],
    ['start_pct at the start', { start_pct: 20 }, -10, ['0.19', '0.21'], ['0.19']],
    ['half way from 20 to 60 %', { start_pct: 20, end_pct: 60 }, -5, ['0.4', '0.41'], ['0.4']],
    ['end_pct stays for ever', { end_pct: 60 }, 1000, ['0.59', '0.61'], ['0.59']],
    ['before a rollback everybody has it', { rollback: true }, -11, ['0', '0.99'], ['0', '0.99']],
    ['a rollback counts down, the last in first', { rollback: true }, -5, ['0.49', '0.51'], ['0.49']],
    ['after a rollback no key has it', { rollback: true }, 0, ['0', '0.5'], []],
    ['a rollback to 10 % stops there', { rollback: true, end_pct: 10 }, 9, ['0.09', '0.11'], ['0.09']],
    [
      'start_pct above end_pct counts down too',
      { start_pct: 100, end_pct: 0 },
      -5,
      ['0.49', '0.51'],
      ['0.49'],
    ],
    ['an early adopter has it at once', { early_adopters: ['0.9'] }, -100, ['0.9', '0.8'], ['0.9']],
    [
      'a pattern makes early adopters',
      { early_adopter_patterns: ['^0\\.9'] },
      -100,
      ['0.95', '0.8'],
      ['0.95'],
    ],
  ])('%s', async (_, fields, hours, keys, expected) => {
    const { at } = configOf({ ...rollout, ...fields }, spelled);
    const config = at(END + hours * HOUR);
    const values = await Promise.all(keys.map((key) => config.getValue('shop', 'ranking', key)));
    expect(keys.filter((_key, index) => values[index] === 'new')).toEqual(expected);
  });

  test.each([
    [-11, 10],
    [-10, 10],
    [-5, 15],
    [0, 20],
    [5, 20],
  ])('numbers can go from 10 to 20 for everybody at once: %d h from the end, %d', async (hours, expected) => {
    const { at } = configOf({ ...rollout, stable: 10, new: 20, interpolate: true });
    expect(await at(END + hours * HOUR).getValue('shop', 'ranking', 'anybody')).toBe(expected);
  });

  test.each([
    [{ stable: 0.2, new: 0.9, rollback: true }, -11, 0.9],
    [{ stable: 0.2, new: 0.9, rollback: true }, 0, 0.2],
    [{ stable: 0.1, new: 0.7 }, 0, 0.7],
    [{ stable: 0.1, new: 0.1 }, -3, 0.1],
    [{ stable: 0, new: 1, start_pct: 10, end_pct: 70 }, 1, 0.7],
    [{ stable: -1.7e308, new: 1.7e308 }, -5, 0],
  ])('the ends of %j are exact: %d h from the end, %d', async (fields, hours, expected) => {
    const { at } = configOf({ ...rollout, ...fields, interpolate: true });
    expect(await at(END + hours * HOUR).getValue('shop', 'ranking', 'anybody')).toBe(expected);
  });

  test('without new it is stable, before any time is read; without an entry, the default', async () => {
    const { at } = configOf({ stable: 'old' });
    expect(await at(END).getValue('shop', 'ranking', 'x')).toBe('old');
    expect(await at(END).getValue('shop', 'colour', 'x', 'red')).toBe('red');
    expect(await at(END).getValue('__proto__', 'toString', 'x')).toBeNull();
  });

  test('a lock holds either value until it is taken off', async () => {
    const { at } = configOf(rollout);
    const config = at(END);
    config.lock('shop', 'ranking', 'stable');
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('old');
    config.lock('shop', 'ranking', 'new');
    expect(await at(0).getValue('shop', 'ranking', 'x')).toBe('new');
    config.unlock('shop', 'ranking');
    expect(await config.getValue('shop', 'ranking', 'x')).toBe('old');
  });
});

describe('a lock', () => {
  test('to new holds a new value of null, and stable where there is no new', async () => {
    const { config } = configOf({ ...rollout, new: null });
    config.lock('shop', 'ranking', 'new');
    expect(await config.getValue('shop', 'ranking', 'x', 'default')).toBeNull();
    const { config: settled } = configOf({ stable: 'old' });
    settled.lock('shop', 'ranking', 'new');
    expect(await settled.getValue('shop', 'ranking', 'x')).toBe('old');
  });

  test('to anything else is refused', () => {
    const { config } = configOf(rollout);
    expect(() => config.lock('shop', 'ranking', 'old' as SlowrollSide)).toThrow(
      /expected to lock to "stable" or "new", got "old"/,
    );
  });
});

describe('what callers cannot do to each other', () => {
  test('a value is frozen, however deep it is', async () => {
    const { config } = configOf({ stable: { n: 1, list: [{ m: 1 }] } });
    const value = (await config.getValue('shop', 'ranking', 'x')) as { n: number; list: { m: number }[] };
    expect(() => (value.n = 99)).toThrow(TypeError);
    expect(() => (value.list[0]!.m = 99)).toThrow(TypeError);
    expect(await config.getValue('shop', 'ranking', 'another')).toEqual({ n: 1, list: [{ m: 1 }] });
  });

  test('a hash key that is no text is refused: all of them would be one', async () => {
    const { config } = configOf(rollout);
    await expect(config.getValue('shop', 'ranking', 42 as never)).rejects.toThrow(
      /hash key to be a text, got 42/,
    );
  });
});

describe('a hasher of your own', () => {
  test.each([
    [
      'the 32 bits of the original',
      () => 3_000_000_000,
      /from 0 up to, but not including, 1, got 3000000000/,
    ],
    ['NaN', () => NaN, /got NaN/],
    ['1', () => 1, /got 1/],
    ['a text', () => '0.5' as never, /got "0.5"/],
    [
      'an error',
      () => {
        throw new Error('no hash today');
      },
      /no hash today/,
    ],
  ])('that gives %s is reported once, and every key has stable', async (_, hasher, message) => {
    const problems: string[] = [];
    const { at } = configOf(rollout, { hasher, onProblem: ({ message }) => problems.push(message) });
    expect(await at(END + HOUR).getValue('shop', 'ranking', 'x')).toBe('old');
    expect(await at(END + HOUR).getValue('shop', 'ranking', 'y')).toBe('old');
    expect(problems).toEqual([expect.stringMatching(message)]);
  });
});

test.each([{ maxAgeMs: NaN }, { attempts: 0 }, { timeoutMs: Infinity }, { firstLoadMs: '3' as never }])(
  'the option %j is refused',
  (options) => {
    expect(() => new SlowrollConfig('memory:', null, options)).toThrow(
      new RegExp(`expected ${Object.keys(options)[0]} to be a number`),
    );
  },
);
