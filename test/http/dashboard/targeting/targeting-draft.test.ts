import { describe, expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import {
  buildTargeting,
  type TargetingDraft,
  targetingDraft,
} from '../../../../src/http/dashboard/targeting/targeting-draft.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const RICH: Flag = {
  ...PROGRESSIVE_ROLLOUT,
  rules: [
    {
      id: 'first',
      trackEvents: true,
      clauses: [
        { contextKind: 'user', attribute: 'country', op: 'in', values: ['DE', 18, '18'], negate: false },
      ],
      rollout: {
        kind: 'experiment',
        seed: 7,
        variations: [{ variation: 0, weight: 100_000, untracked: true }],
      },
    },
    { id: 'second', clauses: [], variation: 1 },
  ],
  fallthrough: { rollout: { bucketBy: 'company', variations: [{ variation: 1, weight: 100_000 }] } },
};

const build = (flag: Flag, edit: (draft: TargetingDraft) => TargetingDraft) =>
  buildTargeting(flag, edit(targetingDraft(flag)));

describe('a draft', () => {
  test('that was not edited makes the same definition, to the byte', () => {
    const built = build(RICH, (draft) => draft);
    expect(built).toEqual({ outcome: 'built', definition: RICH });
  });

  test('keeps the rest of a rule whose condition was edited, and the order of rules that were moved', () => {
    const built = build(RICH, (draft) => {
      const [first, second] = draft.rules;
      if (first === undefined || second === undefined) throw new Error('both rules are drawn');
      const [clause] = first.clauses;
      if (clause === undefined) throw new Error('the condition is drawn');
      return { ...draft, rules: [second, { ...first, clauses: [{ ...clause, values: 'FR' }] }] };
    });
    expect(built).toMatchObject({
      definition: {
        rules: [
          RICH.rules?.[1],
          { ...RICH.rules?.[0], clauses: [{ attribute: 'country', op: 'in', values: ['FR'] }] },
        ],
      },
    });
  });

  test('of a new rule makes the definition that the API takes for the same rule', () => {
    const rule = {
      from: undefined,
      description: '',
      clauses: [{ kind: 'device', attribute: 'os', op: 'startsWith', negate: true, values: 'ios\nmac' }],
      serve: 'rollout',
      weights: ['12,5', '87.5'],
      bucketBy: '',
    } as const;
    const built = build({ ...PROGRESSIVE_ROLLOUT, rules: [] }, (draft) => ({
      ...draft,
      rules: [rule],
      off: '',
    }));
    const { offVariation: _off, ...flag } = PROGRESSIVE_ROLLOUT;
    expect(built).toEqual({
      outcome: 'built',
      definition: {
        ...flag,
        rules: [
          {
            clauses: [
              {
                contextKind: 'device',
                attribute: 'os',
                op: 'startsWith',
                values: ['ios', 'mac'],
                negate: true,
              },
            ],
            rollout: {
              variations: [
                { variation: 0, weight: 12_500 },
                { variation: 1, weight: 87_500 },
              ],
            },
          },
        ],
      },
    });
  });

  test.each([
    [{ weights: ['50', '40'] }, 'the default rule: the percentages add up to 90 %, not to 100 %.'],
    [{ weights: ['x', '40'] }, 'the default rule: each percentage must be a number from 0 to 100.'],
    [{ weights: ['-1', '101'] }, 'the default rule: each percentage must be a number from 0 to 100.'],
  ])('with %o says what is wrong', (fallthrough, problem) => {
    const built = build(PROGRESSIVE_ROLLOUT, (draft) => ({
      ...draft,
      fallthrough: { serve: 'rollout', bucketBy: '', ...fallthrough },
    }));
    expect(built).toEqual({ outcome: 'invalid', problems: [problem] });
  });
});
