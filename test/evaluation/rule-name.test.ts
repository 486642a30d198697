import { expect, test } from 'vitest';
import { createEvaluator } from '../../src/evaluation/create-evaluator.ts';
import { ruleName, ruleTitle } from '../../src/evaluation/rule-name.ts';

test('people count rules from 1', () => {
  expect([ruleName(0), ruleTitle(1)]).toEqual(['rule 1', 'Rule 2']);
});

test('the reason counts from 0, as LaunchDarkly does, and its sentence from 1', () => {
  const flag = {
    key: 'flag',
    version: 1,
    on: true,
    variations: [true, false],
    offVariation: 1,
    fallthrough: { variation: 1 },
    rules: [{ clauses: [], variation: 0 }],
    salt: 's',
  };
  const evaluator = createEvaluator({ flags: { flag }, segments: {} });
  const explained = evaluator.explain('flag', { kind: 'user', key: 'alice' });
  expect(explained.detail.reason).toMatchObject({ kind: 'RULE_MATCH', ruleIndex: 0 });
  expect(explained.summary).toContain('because rule 1 matched');
});
