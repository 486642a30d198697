import { expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import { flagDiff } from '../../../../src/http/dashboard/text/flag-diff.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const [RULE] = PROGRESSIVE_ROLLOUT.rules ?? [];
const STAFF = { clauses: [{ attribute: 'staff', op: 'in', values: [true] }], variation: 0 } as const;

const cases: readonly (readonly [Partial<Flag>, readonly string[]])[] = [
  [{}, []],
  [{ on: false }, ['It is switched off.']],
  [{ fallthrough: { variation: 0 } }, ['The default rule serves true instead of false.']],
  [{ offVariation: 0 }, ['While it is off, it serves true instead of false.']],
  [{ rules: [] }, ['Rule 1 goes: groups is one of beta_testers → true.']],
  [{ rules: RULE === undefined ? [] : [STAFF, RULE] }, ['Rule 1 is new: staff is one of true → true.']],
  [{ targets: [{ variation: 0, values: ['a'] }] }, ['The targets change.']],
];

test.each(cases)('%o', (change, sentences) => {
  expect(flagDiff(PROGRESSIVE_ROLLOUT, { ...PROGRESSIVE_ROLLOUT, ...change })).toEqual(sentences);
});

test('rules that only moved are in a new order', () => {
  const rules = RULE === undefined ? [] : [RULE, STAFF];
  const before = { ...PROGRESSIVE_ROLLOUT, rules };
  expect(flagDiff(before, { ...before, rules: rules.toReversed() })).toEqual([
    'The other rules are in a new order.',
  ]);
});
