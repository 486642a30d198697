import { describe, expect, test } from 'vitest';
import type { Context } from '../../../src/evaluation/model.ts';
import { ask, clause, flag, matches, rule } from '../../support/flag-builders.ts';

const BOTH: Context = { kind: 'multi', user: { key: 'u' }, org: { key: 'o' } };

describe('"multi" is the sign of several kinds and no kind of its own', () => {
  test.each<[string, object]>([
    ['one value', { values: ['x'] }],
    ['two values', { values: ['x', 'y'] }],
    ['six values', { values: ['a', 'b', 'c', 'd', 'e', 'f'] }],
    ['no values', { values: [] }],
    ['another operator', { op: 'contains', values: ['x'] }],
    ['a path', { attribute: '/user/key', values: ['x'] }],
  ])('so a clause that asks it for %s matches no context, negated or not', (_name, fields) => {
    for (const negate of [false, true]) {
      const asked = clause({ contextKind: 'multi', attribute: 'user', negate, ...fields });
      expect(matches(asked, BOTH)).toBe(false);
      const twice = flag({ rules: [rule([asked]), rule([asked], { variation: 2 })] });
      expect(ask(twice, BOTH).reason).toEqual({ kind: 'FALLTHROUGH' });
    }
  });

  test('and a rollout by it places nobody', () => {
    const rollout = { contextKind: 'multi', bucketBy: 'user', variations: [{ variation: 1, weight: 1 }] };
    expect(ask(flag({ fallthrough: { rollout } }), BOTH).variationIndex).toBe(1);
  });
});
