import { describe, expect, test } from 'vitest';
import type { Flag, VariationOrRollout } from '../../src/evaluation/model.ts';
import { simpleFields, withSimpleFields } from '../../src/store/simple-flag.ts';
import { aFlag } from '../support/store-contract.ts';

const share = (weight: number, yes = 0): VariationOrRollout => ({
  rollout: {
    variations: [
      { variation: yes, weight },
      { variation: 1 - yes, weight: 100_000 - weight },
    ],
  },
});

describe('reading the simple fields', () => {
  test.each<[string, Partial<Flag>, boolean, number | null]>([
    ['on for everybody', {}, true, null],
    ['off', { on: false }, false, null],
    ['on, but false for contexts that no rule names', { fallthrough: { variation: 1 } }, true, 0],
    ['a share of 20 %', { fallthrough: share(20_000) }, true, 20],
    ['a share of 0.125 %', { fallthrough: share(125) }, true, 0.125],
    ['a share while off', { on: false, fallthrough: share(50_000) }, false, 50],
    ['false before true', { variations: [false, true], fallthrough: share(30_000, 1) }, true, 30],
    ['other variations', { variations: ['a', 'b'], fallthrough: share(30_000) }, true, null],
    ['three variations', { variations: [true, false, null], fallthrough: share(30_000) }, true, null],
    [
      'weights that do not fill the whole',
      { fallthrough: { rollout: { variations: [{ variation: 0, weight: 5 }] } } },
      true,
      null,
    ],
    [
      'an experiment',
      { fallthrough: { rollout: { kind: 'experiment', variations: [{ variation: 0, weight: 100_000 }] } } },
      true,
      null,
    ],
  ])('%s', (_, changes, status, rollout_percentage) => {
    expect(simpleFields({ definition: aFlag('encore', changes) })).toEqual({ status, rollout_percentage });
  });
});

describe('changing the simple fields', () => {
  const mapped = (definition: Flag | undefined, change: Parameters<typeof withSimpleFields>[2]): Flag => {
    const outcome = withSimpleFields(definition, 'encore', change);
    if (outcome.outcome !== 'mapped') throw new Error(outcome.detail);
    return outcome.definition;
  };

  test('a new flag is boolean, off, and for everybody once it is on', () => {
    expect(mapped(undefined, {})).toEqual({
      key: 'encore',
      version: 1,
      on: false,
      variations: [true, false],
      offVariation: 1,
      fallthrough: { variation: 0 },
      salt: 'encore',
    });
  });

  test.each([0, 0.001, 12.5, 33.333, 99.999, 100])('a share of %d %% reads back', (rollout_percentage) => {
    const definition = mapped(undefined, { status: true, rollout_percentage });
    expect(simpleFields({ definition })).toEqual({ status: true, rollout_percentage });
  });

  test('no percentage any more: for everybody', () => {
    const definition = mapped(aFlag('encore', { fallthrough: share(20_000) }), { rollout_percentage: null });
    expect(definition.fallthrough).toEqual({ variation: 0 });
  });

  test('only what is named is touched', () => {
    const flag = aFlag('encore', {
      fallthrough: share(20_000),
      rules: [{ variation: 0, clauses: [] }],
      trackEvents: true,
    });
    expect(mapped(flag, {})).toEqual(flag);
    expect(mapped(flag, { status: false })).toEqual({ ...flag, on: false });
    expect(mapped(flag, { rollout_percentage: 40 })).toEqual({ ...flag, fallthrough: share(40_000) });
  });

  test('seed and attribute of a rollout stay, so that no context’s bucket moves', () => {
    const variations = [{ variation: 0, weight: 100_000 }];
    const flag = aFlag('encore', { fallthrough: { rollout: { variations, seed: 61, bucketBy: 'country' } } });
    expect(mapped(flag, { rollout_percentage: 30 }).fallthrough.rollout).toMatchObject({
      seed: 61,
      bucketBy: 'country',
    });
  });

  test.each<[string, Partial<Flag>]>([
    ['has other variations', { variations: ['a', 'b'] }],
    ['serves a variation that does not exist', { fallthrough: { variation: 7 } }],
    ['has a default rule that says nothing', { fallthrough: {} }],
    ['is in an experiment', { fallthrough: { rollout: { kind: 'experiment', variations: [] } } }],
  ])('a percentage is refused when the flag %s; on and off are not', (_, changes) => {
    const flag = aFlag('encore', changes);
    expect(withSimpleFields(flag, 'encore', { rollout_percentage: 5 })).toMatchObject({
      outcome: 'not-simple',
      detail: expect.stringContaining('encore'),
    });
    expect(mapped(flag, { status: false })).toEqual({ ...flag, on: false });
  });

  test.each([-1, 100.001, Number.NaN, Number.POSITIVE_INFINITY])(
    '%d is not a percentage',
    (rollout_percentage) => {
      expect(withSimpleFields(undefined, 'encore', { rollout_percentage })).toMatchObject({
        outcome: 'out-of-range',
      });
    },
  );
});
