import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../../src/evaluation/create-evaluator.ts';
import type { Flag } from '../../../../src/evaluation/model.ts';
import { withoutTarget, withTarget } from '../../../../src/http/dashboard/flag/target-edits.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

describe('targeting a user', () => {
  const served = (flag: Flag, key: string) =>
    createEvaluator({ flags: { [flag.key]: flag }, segments: {} }).evaluate(
      flag.key,
      { kind: 'user', key },
      null,
    );

  const flags: readonly (readonly [string, Partial<Flag>])[] = [
    ['without targets', {}],
    ['that names others', { targets: [{ variation: 1, values: ['bob'] }] }],
    ['that names her for the other variation', { targets: [{ variation: 1, values: ['alice', 'bob'] }] }],
    ['that names her already', { targets: [{ variation: 0, values: ['alice'] }] }],
    ['with context targets', { contextTargets: [{ contextKind: 'device', variation: 1, values: ['d'] }] }],
    [
      'with both',
      {
        targets: [{ variation: 1, values: ['alice'] }],
        contextTargets: [{ contextKind: 'user', variation: 1, values: [] }],
      },
    ],
  ];
  test.each(flags)(
    'of a flag %s makes the evaluator serve it, and taking the name back ends it',
    (_, change) => {
      const named = withTarget({ ...PROGRESSIVE_ROLLOUT, ...change }, 'alice', 0);
      expect(served(named, 'alice')).toMatchObject({ value: true, reason: { kind: 'TARGET_MATCH' } });
      expect(named.targets?.flatMap(({ values }) => values).filter((user) => user === 'alice')).toHaveLength(
        1,
      );
      expect(served(withoutTarget(named, 'alice'), 'alice').reason.kind).toBe('FALLTHROUGH');
    },
  );

  test('leaves everybody else where they were', () => {
    const flag = { ...PROGRESSIVE_ROLLOUT, targets: [{ variation: 1, values: ['alice', 'bob'] }] };
    expect(withTarget(flag, 'alice', 0).targets).toEqual([
      { variation: 1, values: ['bob'] },
      { variation: 0, values: ['alice'] },
    ]);
  });
});
