import { describe, expect, test } from 'vitest';
import type { Flag } from '../../../src/evaluation/model.ts';
import { ANNA, ask, clause, evaluatorOf, flag, malformed, rule, user } from '../../support/flag-builders.ts';

const requires = (key: unknown, variation: unknown): object => ({ key, variation });

/** Serves variation 1, reason by reason, and asks nothing. */
const base = (fields: Parameters<typeof flag>[0] = {}): Flag =>
  flag({ key: 'base', fallthrough: { variation: 1 }, ...fields });

const failed = (prerequisiteKey: string): object => ({
  value: 'z',
  variationIndex: 3,
  reason: { kind: 'PREREQUISITE_FAILED', prerequisiteKey },
});
const met = { value: 'a', variationIndex: 0, reason: { kind: 'FALLTHROUGH' } };

describe('a prerequisite', () => {
  test.each<[string, Flag, unknown, object]>([
    ['that serves what is wanted is met', base(), 1, met],
    ['that serves something else is not', base(), 0, failed('base')],
    [
      'that is off is not, even if it serves what is wanted',
      base({ on: false, offVariation: 1 }),
      1,
      failed('base'),
    ],
    [
      'that is off without an off variation is not',
      base({ on: false, offVariation: null }),
      1,
      failed('base'),
    ],
    ['may be met by a target', base({ targets: [{ variation: 2, values: ['anna'] }] }), 2, met],
    ['may be met by a rule', base({ rules: [rule([clause()], { variation: 2 })] }), 2, met],
    ['that is deleted is not', base({ deleted: true }), 1, failed('base')],
    ['wants an index, not its text', base(), '1', failed('base')],
    ['wants an index, not nothing', base(), undefined, failed('base')],
    [
      'whose own prerequisite fails may still serve what is wanted',
      base({ prerequisites: [requires('gone', 0)] }),
      3,
      met,
    ],
    [
      'whose own prerequisite fails does not serve another',
      base({ prerequisites: [requires('gone', 0)] }),
      1,
      failed('base'),
    ],
    ['that is malformed makes its asker malformed', base({ rules: [rule('x')] }), 1, malformed],
    [
      'that serves an index that is none makes its asker malformed',
      base({ fallthrough: { variation: 9 } }),
      9,
      malformed,
    ],
    [
      'whose off variation is none makes its asker malformed',
      base({ on: false, offVariation: 9 }),
      9,
      malformed,
    ],
  ])('%s', (_name, prerequisite, variation, answer) => {
    expect(ask([flag({ prerequisites: [requires('base', variation)] }), prerequisite])).toEqual(answer);
  });

  test('that does not exist is not met', () => {
    expect(ask(flag({ prerequisites: [requires('gone', 0)] }))).toEqual(failed('gone'));
    expect(ask(flag({ prerequisites: [requires('toString', 0)] }))).toEqual(failed('toString'));
  });

  test('that is not met serves the off variation: none is the default, one that is none is malformed', () => {
    const prerequisites = [requires('gone', 0)];
    expect(ask(flag({ prerequisites, offVariation: null }))).toEqual({
      value: 'default',
      variationIndex: null,
      reason: { kind: 'PREREQUISITE_FAILED', prerequisiteKey: 'gone' },
    });
    expect(ask(flag({ prerequisites, offVariation: 9 }))).toEqual(malformed);
  });

  test('of a flag that is off is not looked at', () => {
    expect(ask(flag({ on: false, prerequisites: [requires('flag', 0)] })).reason).toEqual({ kind: 'OFF' });
  });

  test('comes before targets, rules and the default rule', () => {
    const given = flag({
      prerequisites: [requires('gone', 0)],
      targets: [{ variation: 1, values: ['anna'] }],
      rules: [rule([])],
    });
    expect(ask(given)).toEqual(failed('gone'));
  });

  test('is evaluated for the same context', () => {
    const only = base({ rules: [rule([clause()], { variation: 2 })] });
    const top = flag({ prerequisites: [requires('base', 2)] });
    expect(ask([top, only])).toEqual(met);
    expect(ask([top, only], user('bob'))).toEqual(failed('base'));
  });

  test('may be named by a number', () => {
    expect(ask([flag({ prerequisites: [requires(5, 1)] }), base({ key: '5' })])).toEqual(met);
    expect(ask(flag({ prerequisites: [requires({}, 1)] }))).toEqual(failed(''));
  });
});

describe('several prerequisites', () => {
  test.each<[string, readonly object[], object]>([
    ['all are met', [requires('base', 1), requires('other', 0)], met],
    ['the first is not', [requires('base', 0), requires('other', 0)], failed('base')],
    ['the second is not', [requires('base', 1), requires('other', 1)], failed('other')],
    ['the first that is not met ends it', [requires('gone', 1), requires('broken', 1)], failed('gone')],
    ['a malformed one ends it', [requires('broken', 1), requires('gone', 1)], malformed],
    ['the same twice', [requires('base', 1), requires('base', 1)], met],
    ['the same twice, with different wants', [requires('base', 1), requires('base', 2)], failed('base')],
  ])('%s', (_name, prerequisites, answer) => {
    const flags = [
      flag({ prerequisites }),
      base(),
      flag({ key: 'other' }),
      flag({ key: 'broken', rules: 5 }),
    ];
    expect(ask(flags)).toEqual(answer);
  });

  test.each([undefined, null, []])('%j is none', (prerequisites) => {
    expect(ask(flag({ prerequisites }))).toEqual(met);
  });

  test.each([['gone'], [null], [[requires('base', 1)]]])('a list with %j is malformed', (item) => {
    expect(ask(flag({ prerequisites: [item] }))).toEqual(malformed);
  });

  test.each(['gone', 5, {}])('%j is no list: malformed', (prerequisites) => {
    expect(ask(flag({ prerequisites }))).toEqual(malformed);
  });
});

describe('a cycle', () => {
  const link = (key: string, ...next: readonly string[]): Flag =>
    flag({ key, prerequisites: next.map((other) => requires(other, 0)) });

  test.each<[string, readonly Flag[]]>([
    ['of one', [link('a', 'a')]],
    ['of two', [link('a', 'b'), link('b', 'a')]],
    ['of three', [link('a', 'b'), link('b', 'c'), link('c', 'a')]],
    ['below the flag', [link('a', 'b'), link('b', 'c'), link('c', 'b')]],
    ['after one that is met', [link('a', 'd', 'b'), link('b', 'a'), link('d')]],
  ])('%s is malformed', (_name, flags) => {
    expect(ask(flags)).toEqual(malformed);
  });

  test('that is not reached is none', () => {
    const off = flag({ key: 'b', on: false, prerequisites: [requires('a', 0)] });
    expect(ask([link('a', 'b'), off])).toEqual(failed('b'));
    expect(ask([link('a', 'gone', 'a')])).toEqual(failed('gone'));
  });

  test('is not one flag on two ways', () => {
    const flags = [link('a', 'b', 'c'), link('b', 'd'), link('c', 'd'), link('d', 'e'), link('e')];
    expect(ask(flags)).toEqual(met);
  });

  test('60 levels that each ask the next one twice answer at once', () => {
    const levels = Array.from({ length: 60 }, (_, level) =>
      link(`f${level}`, `f${level + 1}`, `f${level + 1}`),
    );
    const flags = [...levels, link('f60')];
    expect(ask(flags)).toEqual(met);
    expect(evaluatorOf(flags).explain('f0', ANNA).detail).toEqual(met);
    expect(evaluatorOf(flags).evaluateAll(ANNA)['f0']?.prerequisites).toEqual(['f1', 'f1']);
  });
});
