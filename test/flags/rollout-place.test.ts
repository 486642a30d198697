import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/evaluation/create-evaluator.ts';
import type { Context, Flag, VariationOrRollout } from '../../src/evaluation/model.ts';
import { rolloutPlace } from '../../src/flags/rollout-place.ts';

const user = (key: string, fields: object = {}): Context => ({ kind: 'user', key, ...fields });

const rolloutOf = (
  ...weights: readonly (readonly [variation: number, weight: number])[]
): VariationOrRollout => ({
  rollout: { variations: weights.map(([variation, weight]) => ({ variation, weight })) },
});

function flagWith(fallthrough: VariationOrRollout, fields: Partial<Flag> = {}): Flag {
  return {
    key: 'f',
    version: 1,
    on: true,
    variations: [true, false],
    fallthrough,
    salt: 's',
    ...fields,
  };
}

function rolloutPlaceOf(flag: Flag, context: Context): unknown {
  const evaluator = createEvaluator({ flags: { [flag.key]: flag }, segments: {} });
  const { reason, value } = evaluator.evaluate(flag.key, context, null);
  const place = rolloutPlace(flag, reason, evaluator, context);
  return place === undefined ? undefined : { ...place, value };
}

const KEYS = Array.from({ length: 500 }, (_, index) => `listener-${index}`);

describe('the place of a context in a rollout', () => {
  test.each([
    ['first', rolloutOf([0, 25_000], [1, 75_000])],
    ['last', rolloutOf([1, 75_000], [0, 25_000])],
  ])('is within the percentage exactly when it gets true, which stands %s', (_where, fallthrough) => {
    for (const key of KEYS) {
      const place = rolloutPlaceOf(flagWith(fallthrough), user(key));
      expect(place).toMatchObject({ percentage: 25 });
      const { number, value } = Object(place);
      expect([key, value]).toEqual([key, number <= 25]);
    }
  });

  test('is the same number whatever the percentage', () => {
    const numbers = [0, 10_000, 100_000].map(
      (weight) =>
        Object(rolloutPlaceOf(flagWith(rolloutOf([0, weight], [1, 100_000 - weight])), user('a'))).number,
    );
    expect(new Set(numbers).size).toBe(1);
  });

  test('is that of the rule which matched', () => {
    const rule = {
      clauses: [{ attribute: 'country', op: 'in', values: ['DE'] }],
      ...rolloutOf([0, 40_000], [1, 60_000]),
    } as const;
    const flag = flagWith({ variation: 1 }, { rules: [rule] });
    expect(rolloutPlaceOf(flag, user('a', { country: 'DE' }))).toMatchObject({ percentage: 40 });
    expect(rolloutPlaceOf(flag, user('a'))).toBeUndefined();
  });

  test.each([
    ['no rollout decided', flagWith({ variation: 0 })],
    ['the flag is off', flagWith(rolloutOf([0, 50_000], [1, 50_000]), { on: false, offVariation: 1 })],
    ['true stands in the middle', flagWith(rolloutOf([1, 30_000], [0, 40_000], [1, 30_000]))],
  ])('is unknown when %s', (_why, flag) => {
    expect(rolloutPlaceOf(flag, user('a'))).toBeUndefined();
  });

  test('of sha256-percent is the hundredth that its hash gives', () => {
    const flag = flagWith(rolloutOf([0, 29_000], [1, 71_000]), { bucketing: 'sha256-percent' });
    for (const key of KEYS) {
      const { number, value } = Object(rolloutPlaceOf(flag, user(key)));
      expect([key, value]).toEqual([key, number <= 29]);
    }
  });
});
