import { describe, expect, test } from 'vitest';
import type { Context } from '../../../src/evaluation/model.ts';
import { fc } from '../../support/seeded-fast-check.ts';
import {
  ask,
  clause,
  evaluatorOf,
  flag,
  malformed,
  rule,
  segment,
  segmentClause,
  user,
} from '../../support/flag-builders.ts';

const country = (values: readonly unknown[], negate = false): object =>
  clause({ attribute: 'country', values, negate });
const plan = (values: readonly unknown[], negate = false): object =>
  clause({ attribute: 'plan', values, negate });

/** Which rule served: its index, or that none did. */
const served = (rules: readonly (readonly object[])[], context: Context): number | 'none' | 'malformed' => {
  const { reason } = ask(flag({ rules: rules.map((clauses) => rule(clauses)) }), context, [
    segment({ included: ['anna'] }),
  ]);
  if (reason.kind === 'RULE_MATCH') {
    return reason.ruleIndex;
  }
  return reason.kind === 'ERROR' ? 'malformed' : 'none';
};

describe('several rules that ask for listed values', () => {
  const rules = [
    [country(['NO', 'SE']), plan(['gold'])],
    [country(['NO'], true), plan(['free', 'gold'], true)],
    [country(['NO'])],
    [plan([7, true])],
  ];

  test.each<[string, object, number | 'none']>([
    ['both values listed together', { country: 'SE', plan: 'gold' }, 0],
    ['one of them, and the other denied', { country: 'SE', plan: 'free' }, 'none'],
    ['values that no rule lists', { country: 'FI', plan: 'silver' }, 1],
    ['a value that only a later rule asks for', { country: 'NO', plan: 'silver' }, 2],
    ['a missing attribute, which denies nothing either', { plan: 'silver' }, 'none'],
    ['null, which is missing', { country: null, plan: 'gold' }, 'none'],
    ['a missing attribute that the rule does not ask for', { country: 'NO' }, 2],
    ['a number', { plan: 7 }, 3],
    ['a number as text, which is another value', { plan: '7' }, 'none'],
    ['a truth value', { plan: true }, 3],
    ['a list with a listed element', { country: ['DE', 'SE'], plan: ['gold'] }, 0],
    ['a list whose element is denied', { country: ['SE', 'NO'], plan: 'silver' }, 2],
    ['an empty list, which denies', { country: [], plan: 'silver' }, 1],
    ['an object, which equals nothing', { country: { name: 'NO' }, plan: 'gold' }, 'none'],
  ])('$0: rule $2', (_name, attributes, expected) => {
    expect(served(rules, user('anna', { ...attributes }))).toBe(expected);
  });

  test('the same attribute twice in one rule must please both', () => {
    const both = [[country(['NO', 'SE']), country(['NO'], true)], [country(['NO', 'SE'])]];
    expect(served(both, user('anna', { country: 'SE' }))).toBe(0);
    expect(served(both, user('anna', { country: 'NO' }))).toBe(1);
    expect(served(both, user('anna', { country: 'DE' }))).toBe('none');
  });

  test('each kind of a multi-context has its own', () => {
    const org = clause({ contextKind: 'org', attribute: 'country', values: ['NO'] });
    const asked = [[org, country(['NO'])], [org]];
    const context = (user: string, ofOrg: string): Context => ({
      kind: 'multi',
      user: { key: 'anna', country: user },
      org: { key: 'acme', country: ofOrg },
    });
    expect(served(asked, context('NO', 'NO'))).toBe(0);
    expect(served(asked, context('SE', 'NO'))).toBe(1);
    expect(served(asked, context('NO', 'SE'))).toBe('none');
    expect(served(asked, user('anna', { country: 'NO' }))).toBe('none');
  });

  test('a rule is malformed only for contexts that come to its malformed clause', () => {
    const bad = clause({ attribute: '' });
    const asked = [[country(['NO']), bad], [plan(['gold'])]];
    expect(served(asked, user('anna', { country: 'NO', plan: 'gold' }))).toBe('malformed');
    expect(served(asked, user('anna', { country: 'SE', plan: 'gold' }))).toBe(1);
    expect(served([[bad, country(['NO'])], [plan(['gold'])]], user('anna', { plan: 'gold' }))).toBe(
      'malformed',
    );
  });

  test('what cannot be looked up is evaluated for the contexts that are left', () => {
    const listed = segmentClause(['segment']);
    const email = clause({ attribute: 'email', op: 'endsWith', values: ['@acme.com'] });
    const asked = [
      [country(['NO']), listed, email],
      [country(['NO']), email],
      [email, country(['SE'])],
    ];
    expect(served(asked, user('anna', { country: 'NO', email: 'a@acme.com' }))).toBe(0);
    expect(served(asked, user('bob', { country: 'NO', email: 'b@acme.com' }))).toBe(1);
    expect(served(asked, user('anna', { country: 'SE', email: 'a@acme.com' }))).toBe(2);
    expect(served(asked, user('anna', { country: 'NO', email: 'a@other.com' }))).toBe('none');
  });

  test.each([undefined, null, 'anna'])('a rule with clauses %j among them is what it is alone', (clauses) => {
    const expected = clauses === 'anna' ? malformed.reason : { kind: 'RULE_MATCH', ruleIndex: 1 };
    const rules = [rule(clauses), rule([country(['NO'])]), rule([country(['SE'])])];
    expect(ask(flag({ rules }), user('anna', { country: 'NO' })).reason).toEqual(expected);
  });

  test('a rule without any clause matches everybody who comes to it', () => {
    expect(served([[country(['NO'])], [], [country(['SE'])]], user('anna', { country: 'SE' }))).toBe(1);
  });

  test.each([2, 29, 30, 31, 100])('%i rules: the last is found as the first', (count) => {
    const many = Array.from({ length: count }, (_, index) => [country([`C${index}`])]);
    for (const index of [0, 1, count - 1]) {
      expect(served(many, user('anna', { country: `C${index}` }))).toBe(index);
    }
    expect(served(many, user('anna', { country: 'NO' }))).toBe('none');
  });
});

test('flags with equal rules and other outcomes keep their own', () => {
  const rules = (variation: number): readonly object[] => [
    rule([country(['NO'])], { variation }),
    rule([country(['SE'])], { id: `of-${variation}`, variation: 3 }),
  ];
  const evaluator = evaluatorOf([
    flag({ key: 'one', rules: rules(1) }),
    flag({ key: 'two', rules: rules(2) }),
  ]);
  const answers = ['NO', 'SE'].map((name) =>
    ['one', 'two'].map((key) => evaluator.evaluate(key, user('anna', { country: name }), null)),
  );
  expect(answers).toEqual([
    [
      { value: 'b', variationIndex: 1, reason: { kind: 'RULE_MATCH', ruleIndex: 0 } },
      { value: 'c', variationIndex: 2, reason: { kind: 'RULE_MATCH', ruleIndex: 0 } },
    ],
    [
      { value: 'z', variationIndex: 3, reason: { kind: 'RULE_MATCH', ruleIndex: 1, ruleId: 'of-1' } },
      { value: 'z', variationIndex: 3, reason: { kind: 'RULE_MATCH', ruleIndex: 1, ruleId: 'of-2' } },
    ],
  ]);
});

describe('any rules', () => {
  const value = fc.constantFrom<unknown>('NO', 'SE', 'gold', '', 1, 0, -0, true, false, null, Number.NaN);
  const held = fc.oneof(
    value,
    fc.array(value, { maxLength: 3 }),
    fc.constantFrom<unknown>(undefined, {}, { a: 1 }, [['NO']]),
  );
  const attribute = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'key', 'kind', 'anonymous', '/f/g');
  const anyClause = fc.record({
    attribute,
    op: fc.constantFrom('in', 'in', 'in', 'in', 'contains'),
    values: fc.oneof(fc.array(value, { maxLength: 5 }), fc.constant('NO')),
    negate: fc.boolean(),
    contextKind: fc.constantFrom('user', 'user', 'org', undefined),
  });
  const anyRules = fc.array(fc.array(anyClause, { maxLength: 3 }), { maxLength: 6 });
  const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'anonymous'), held);

  test('answer one by one, as they are explained, and looked up at once alike', () => {
    fc.assert(
      fc.property(anyRules, attributes, attributes, fc.boolean(), (rules, ofUser, ofOrg, alone) => {
        const evaluator = evaluatorOf([flag({ rules: rules.map((clauses) => rule(clauses)) })]);
        const anna = { ...ofUser, key: 'NO' };
        const context = alone
          ? { ...anna, kind: 'user' }
          : { kind: 'multi', user: anna, org: { ...ofOrg, key: 'SE' } };
        const { detail } = evaluator.explain('flag', context as Context);
        expect(evaluator.evaluate('flag', context as Context, null)).toEqual(detail);
      }),
      { numRuns: 2_000 },
    );
  });
});
