import { describe, expect, test } from 'vitest';
import type { Context } from '../../../src/evaluation/model.ts';
import { ANNA, ask, asContext, clause, flag, malformed, rule, user } from '../../support/flag-builders.ts';

const BOTH: Context = { kind: 'multi', user: { key: 'anna' }, org: { key: 'acme' } };
const ACME: Context = { kind: 'org', key: 'acme' };

const target = (variation: unknown, values: unknown, contextKind?: unknown): object =>
  contextKind === undefined ? { variation, values } : { variation, values, contextKind };

interface Given {
  readonly targets?: unknown;
  readonly contextTargets?: unknown;
}

/** The value that is served because of a target, or `none`. */
const targeted = (given: Given, context: Context = ANNA): unknown => {
  const { value, reason } = ask(flag({ fallthrough: { variation: 3 }, ...given }), context);
  return reason.kind === 'TARGET_MATCH' ? value : reason.kind === 'ERROR' ? reason.errorKind : 'none';
};

describe('targets', () => {
  test('give the whole answer with their reason, before any rule', () => {
    const given = flag({ targets: [target(1, ['anna'])], rules: [rule([], { variation: 2 })] });
    expect(ask(given)).toEqual({ value: 'b', variationIndex: 1, reason: { kind: 'TARGET_MATCH' } });
    expect(ask(given, user('bob')).value).toBe('c');
  });

  test.each<[string, Given, Context, unknown]>([
    ['without any', {}, ANNA, 'none'],
    ['with an empty list', { targets: [] }, ANNA, 'none'],
    ['null is an empty list', { targets: null, contextTargets: null }, ANNA, 'none'],
    ['the key is listed', { targets: [target(1, ['bob', 'anna'])] }, ANNA, 'b'],
    ['the key is not listed', { targets: [target(1, ['bob'])] }, ANNA, 'none'],
    ['nobody is listed', { targets: [target(1, [])] }, ANNA, 'none'],
    ['keys are case-sensitive', { targets: [target(1, ['Anna'])] }, ANNA, 'none'],
    ['the first that lists the key wins', { targets: [target(2, ['anna']), target(1, ['anna'])] }, ANNA, 'c'],
    ['listed twice in one', { targets: [target(2, ['anna', 'anna'])] }, ANNA, 'c'],
    ['the second lists the key', { targets: [target(2, ['bob']), target(1, ['anna'])] }, ANNA, 'b'],
    ['only users are meant', { targets: [target(1, ['acme'])] }, ACME, 'none'],
    ['a user in a multi-context', { targets: [target(1, ['anna'])] }, BOTH, 'b'],
    ['a kind in plain targets is heeded', { targets: [target(1, ['acme'], 'org')] }, ACME, 'b'],
    ['a legacy user', { targets: [target(1, ['anna'])] }, { key: 'anna' }, 'b'],
    ['a legacy user whose key is empty', { targets: [target(1, [''])] }, { key: '' }, 'b'],
    ['a number is not its text', { targets: [target(1, [5])] }, user('5'), 'none'],
  ])('$0: $3', (_name, given, context, value) => {
    expect(targeted(given, context)).toBe(value);
  });
});

describe('context targets', () => {
  test.each<[string, Given, Context, unknown]>([
    ['of another kind list their own keys', { contextTargets: [target(1, ['acme'], 'org')] }, ACME, 'b'],
    ['of another kind in a multi-context', { contextTargets: [target(1, ['acme'], 'org')] }, BOTH, 'b'],
    ['a context without that kind', { contextTargets: [target(1, ['acme'], 'org')] }, ANNA, 'none'],
    ['a user with the same key', { contextTargets: [target(1, ['acme'], 'org')] }, user('acme'), 'none'],
    [
      'of users point to the targets of their variation',
      { targets: [target(1, ['anna'])], contextTargets: [target(1, [], 'user')] },
      ANNA,
      'b',
    ],
    [
      'without a kind are of users',
      { targets: [target(1, ['anna'])], contextTargets: [target(1, [])] },
      ANNA,
      'b',
    ],
    [
      'with an empty kind are of users',
      { targets: [target(1, ['anna'])], contextTargets: [target(1, [], '')] },
      ANNA,
      'b',
    ],
    [
      'values of their own are not used for users',
      { targets: [target(1, ['bob'])], contextTargets: [target(1, ['anna'], 'user')] },
      ANNA,
      'none',
    ],
    [
      'point to nothing where no target has their variation',
      { targets: [target(2, ['anna'])], contextTargets: [target(1, [], 'user')] },
      ANNA,
      'none',
    ],
    [
      'leave targets out to which they do not point',
      { targets: [target(1, ['anna'])], contextTargets: [target(2, ['other'], 'org')] },
      BOTH,
      'none',
    ],
    [
      'point to the first target of their variation only',
      { targets: [target(1, ['bob']), target(1, ['anna'])], contextTargets: [target(1, [])] },
      ANNA,
      'none',
    ],
    [
      'skip what is no target when they point',
      { targets: [null, target(1, ['anna'])], contextTargets: [target(1, [])] },
      ANNA,
      'b',
    ],
    [
      'are asked in their order: the org first',
      {
        targets: [target(1, ['anna'])],
        contextTargets: [target(2, ['acme'], 'org'), target(1, [], 'user')],
      },
      BOTH,
      'c',
    ],
    [
      'are asked in their order: the user first',
      {
        targets: [target(1, ['anna'])],
        contextTargets: [target(1, [], 'user'), target(2, ['acme'], 'org')],
      },
      BOTH,
      'b',
    ],
    [
      'users and orgs by turns',
      {
        targets: [target(0, ['anna']), target(1, ['bob'])],
        contextTargets: [target(1, []), target(2, ['other'], 'org'), target(0, [])],
      },
      BOTH,
      'a',
    ],
    [
      'an empty list of them leaves it to the targets',
      { targets: [target(1, ['anna'])], contextTargets: [] },
      ANNA,
      'b',
    ],
  ])('$0: $3', (_name, given, context, value) => {
    expect(targeted(given, context)).toBe(value);
  });
});

describe('malformed targets', () => {
  test.each<[string, Given, Context]>([
    ['a list that is none', { targets: 'anna' }, ANNA],
    ['context targets that are no list', { contextTargets: {} }, ANNA],
    ['a variation that is none, for whom it lists', { targets: [target(9, ['anna'])] }, ANNA],
    ['a negative variation', { targets: [target(-1, ['anna'])] }, ANNA],
    ['a variation between two', { targets: [target(0.5, ['anna'])] }, ANNA],
    ['a variation as text', { targets: [target('1', ['anna'])] }, ANNA],
    ['without a variation', { targets: [{ values: ['anna'] }] }, ANNA],
    ['a null variation', { targets: [target(null, ['anna'])] }, ANNA],
    ['a target that is null', { targets: [null] }, ANNA],
    ['a target that is a text', { targets: ['anna'] }, ANNA],
    ['a context target that is null', { contextTargets: [null] }, ANNA],
    ['values that are no list', { targets: [target(1, 'anna')] }, ANNA],
    ['values of a kind that the context has', { contextTargets: [target(1, undefined, 'org')] }, ACME],
    ['after one that does not list the key', { targets: [target(1, ['bob']), null] }, ANNA],
  ])('%s', (_name, given, context) => {
    expect(ask(flag(given), context)).toEqual(malformed);
  });

  test.each<[string, Given, Context, unknown]>([
    ['a variation that is none, for the others', { targets: [target(9, ['bob'])] }, ANNA, 'none'],
    ['after one that lists the key', { targets: [target(1, ['anna']), null] }, ANNA, 'b'],
    ['of a kind that the context has not', { contextTargets: [target(1, 5, 'org')] }, ANNA, 'none'],
    [
      'then one that lists the key',
      { contextTargets: [target(1, 5, 'org'), target(1, ['x'], 'org')] },
      ANNA,
      'none',
    ],
    ['no target for a context that is no user', { targets: [null] }, ACME, 'none'],
    ['a kind that is no text', { contextTargets: [target(1, ['anna'], { a: 1 })] }, ANNA, 'none'],
    ['a kind that is null is of users', { targets: [target(1, ['anna'], null)] }, ANNA, 'b'],
  ])('spoil nothing for contexts that do not come so far: $0', (_name, given, context, value) => {
    expect(targeted(given, context)).toBe(value);
  });

  test('a flag that is off does not come so far', () => {
    expect(ask(flag({ on: false, targets: 'anna' })).reason).toEqual({ kind: 'OFF' });
  });

  test('minus zero is the first variation', () => {
    expect(ask(flag({ targets: [target(-0, ['anna'])] })).variationIndex).toBe(0);
    expect(Object.is(ask(flag({ targets: [target(-0, ['anna'])] })).variationIndex, 0)).toBe(true);
  });
});

test('a clause on the key is not a target', () => {
  expect(targeted({}, asContext({ kind: 'user', key: 'anna', targets: [clause()] }))).toBe('none');
});
