import { describe, expect, test } from 'vitest';
import { launchDarklyBucket } from '../../../src/evaluation/bucketing/launchdarkly.ts';
import type { Context } from '../../../src/evaluation/model.ts';
import { ask, flag, malformed, rule, user } from '../../support/flag-builders.ts';

const BOTH: Context = { kind: 'multi', user: { key: 'userKeyA' }, org: { key: 'userKeyC' } };
const [A, B, C] = ['userKeyA', 'userKeyB', 'userKeyC'].map((key) => user(key));

/** The published vectors: flag `hashKey` with salt `saltyA`, and the same keys with seed 61. */
const VECTORS: readonly (readonly [key: string, plain: number, seed61: number | undefined])[] = [
  ['userKeyA', 0.4215758743, 0.0980120652],
  ['userKeyB', 0.6708484966, 0.1448377738],
  ['userKeyC', 0.1034310617, 0.9242640945],
  ['33333', 0.5477142346, undefined],
  ['99999', 0.7309657969, undefined],
];

const rolloutFlag = (rollout: unknown, fields: Parameters<typeof flag>[0] = {}) =>
  flag({ key: 'hashKey', salt: 'saltyA', fallthrough: { rollout }, ...fields });

const slice = (variation: unknown, weight: unknown, untracked?: boolean): object =>
  untracked === undefined ? { variation, weight } : { variation, weight, untracked };

/** The weights that end just below the bucket and just above it. */
const around = (bucket: number): readonly [below: number, above: number] => [
  Math.floor(bucket * 100_000),
  Math.ceil(bucket * 100_000),
];

describe('buckets', () => {
  test.each(VECTORS)('%s stands where the vectors say', (key, plain, seeded) => {
    expect(launchDarklyBucket('hashKey', 'saltyA', key)).toBeCloseTo(plain, 10);
    if (seeded !== undefined) {
      expect(launchDarklyBucket('hashKey', 'saltyA', key, 61)).toBeCloseTo(seeded, 10);
    }
  });

  test.each(VECTORS)('%s is served by where it stands in a rollout', (key, plain, seeded) => {
    for (const [seed, bucket] of [
      [undefined, plain],
      [61, seeded],
    ] as const) {
      if (bucket !== undefined) {
        const [below, above] = around(bucket);
        const at = (weight: number) =>
          ask(rolloutFlag({ seed, variations: [slice(1, weight), slice(2, 100_000 - weight)] }), user(key))
            .value;
        expect([at(below), at(above)]).toEqual(['c', 'b']);
      }
    }
  });
});

describe('a rollout', () => {
  // Bucket 0.4215…
  const HALF = [slice(1, 42_157), slice(2, 1), slice(0, 57_842)];

  test.each<[string, object, Context | undefined, string]>([
    ['falls into the slice that its bucket is in', { variations: HALF }, A, 'c'],
    ['a lower bucket falls into the first', { variations: HALF }, C, 'b'],
    ['a higher bucket falls into the last', { variations: HALF }, B, 'a'],
    ['a weight of 0 takes nobody', { variations: [slice(1, 0), slice(2, 100_000)] }, A, 'c'],
    ['a weight below 0 takes nobody', { variations: [slice(1, -5), slice(2, 100_000)] }, A, 'c'],
    ['past them all, the last serves', { variations: [slice(1, 1_000), slice(2, 1_000)] }, A, 'c'],
    ['a missing weight takes nobody', { variations: [slice(1, undefined), slice(2, 100_000)] }, A, 'c'],
    ['a weight as text counts', { variations: [slice(1, '50000'), slice(2, 50_000)] }, A, 'b'],
    ['true weighs 1', { variations: [slice(1, true), slice(2, 100_000)] }, A, 'c'],
    ['an object weighs nothing, then and after', { variations: [slice(1, {}), slice(2, 100_000)] }, A, 'c'],
    ['a seed of 0 is none', { seed: 0, variations: HALF }, A, 'c'],
    ['a null seed is none', { seed: null, variations: HALF }, A, 'c'],
    ['a seed as text counts', { seed: '61', variations: HALF }, A, 'b'],
    ['a kind that is unknown is a plain rollout', { kind: 'other', variations: HALF }, A, 'c'],
    ['by the kind beside it', { contextKind: 'org', variations: HALF }, BOTH, 'b'],
    ['by the user of a multi-context', { variations: HALF }, BOTH, 'c'],
    ['a null kind is the user', { contextKind: null, variations: HALF }, BOTH, 'c'],
    [
      'the kind is not there: the first that weighs',
      { contextKind: 'org', variations: [slice(1, 0), slice(2, 1), slice(0, 99_999)] },
      A,
      'c',
    ],
    ['by another attribute', { bucketBy: 'other', variations: HALF }, user('x', { other: 'userKeyC' }), 'b'],
    [
      'by a whole number',
      { bucketBy: 'n', variations: [slice(1, 54_771), slice(2, 45_229)] },
      user('x', { n: 33333 }),
      'c',
    ],
    [
      'by a whole number, written as a fraction',
      { bucketBy: 'n', variations: [slice(1, 54_772), slice(2, 45_228)] },
      user('x', { n: 33333.0 }),
      'b',
    ],
    [
      'by a fraction: bucket 0',
      { bucketBy: 'n', variations: [slice(1, 1), slice(2, 99_999)] },
      user('x', { n: 0.5 }),
      'b',
    ],
    [
      'by a boolean: bucket 0',
      { bucketBy: 'n', variations: [slice(1, 1), slice(2, 99_999)] },
      user('x', { n: true }),
      'b',
    ],
    [
      'by a list: bucket 0',
      { bucketBy: 'n', variations: [slice(1, 1), slice(2, 99_999)] },
      user('x', { n: ['userKeyB'] }),
      'b',
    ],
    [
      'by an object: bucket 0',
      { bucketBy: 'n', variations: [slice(1, 1), slice(2, 99_999)] },
      user('x', { n: {} }),
      'b',
    ],
    [
      'by what is not there: bucket 0',
      { bucketBy: 'n', variations: [slice(1, 1), slice(2, 99_999)] },
      B,
      'b',
    ],
    ['by the kind: bucket 0', { bucketBy: 'kind', variations: [slice(1, 1), slice(2, 99_999)] }, B, 'b'],
    [
      'by a path beside a kind',
      { contextKind: 'user', bucketBy: '/at/id', variations: HALF },
      user('x', { at: { id: 'userKeyC' } }),
      'b',
    ],
    [
      'by a name that looks like a path',
      { bucketBy: '/at/id', variations: HALF },
      user('x', { '/at/id': 'userKeyC' }),
      'b',
    ],
    ['by an empty attribute, which is the key', { bucketBy: '', variations: HALF }, C, 'b'],
    ['by a null attribute, which is the key', { bucketBy: null, variations: HALF }, B, 'a'],
  ])('$0: $3', (_name, rollout, context, value) => {
    expect(ask(rolloutFlag(rollout), context)).toMatchObject({ value, reason: { kind: 'FALLTHROUGH' } });
  });

  test('the salt counts, and is empty where it is missing', () => {
    const [below, above] = around(launchDarklyBucket('hashKey', '', 'userKeyA'));
    const at = (salt: unknown, weight: number) =>
      ask(rolloutFlag({ variations: [slice(1, weight), slice(2, 100_000 - weight)] }, { salt }), A).value;
    for (const salt of [undefined, null, '', {}, 0]) {
      expect([at(salt, below), at(salt, above)]).toEqual(['c', 'b']);
    }
    const [low, high] = around(launchDarklyBucket('hashKey', '5', 'userKeyA'));
    expect([at(5, low), at(5, high)]).toEqual(['c', 'b']);
  });

  test('in a rule says which rule it is', () => {
    const rules = [rule([], { rollout: { variations: HALF }, id: 'r' })];
    expect(ask(rolloutFlag({}, { rules }), A)).toEqual({
      value: 'c',
      variationIndex: 2,
      reason: { kind: 'RULE_MATCH', ruleIndex: 0, ruleId: 'r' },
    });
  });

  test('beside a variation is not used', () => {
    expect(
      ask(flag({ fallthrough: { variation: 2, rollout: { variations: [slice(1, 100_000)] } } })).value,
    ).toBe('c');
  });

  test.each<[string, unknown]>([
    ['no variations', {}],
    ['an empty list of variations', { variations: [] }],
    ['variations that are null', { variations: null }],
    ['variations that are no list', { variations: 'half' }],
    ['a weighted variation that is null', { variations: [slice(1, 100_000), null] }],
    [
      'an attribute that is not valid',
      { bucketBy: '//', contextKind: 'user', variations: [slice(1, 100_000)] },
    ],
    ['an attribute that is a number', { bucketBy: 5, variations: [slice(1, 100_000)] }],
    ['a variation that is none', { variations: [slice(9, 100_000)] }],
    ['a variation that is missing', { variations: [slice(undefined, 100_000)] }],
    ['a last variation that is none, past them all', { variations: [slice(1, 0), slice(9, 0)] }],
  ])('is malformed with %s', (_name, rollout) => {
    expect(ask(rolloutFlag(rollout), A)).toEqual(malformed);
  });

  test('a variation that is none is malformed only for its own slice', () => {
    const rollout = { variations: [slice(9, 42_157), slice(1, 57_843)] };
    expect(ask(rolloutFlag(rollout), C)).toEqual(malformed);
    expect(ask(rolloutFlag(rollout), A).value).toBe('b');
  });
});

describe('an experiment', () => {
  const EXPERIMENT = {
    kind: 'experiment',
    variations: [slice(1, 42_157), slice(2, 1, true), slice(0, 57_842)],
  };

  test.each<[string, object, Context | undefined, string, boolean]>([
    ['counts whom it serves', EXPERIMENT, C, 'b', true],
    ['does not count the untracked', EXPERIMENT, A, 'c', false],
    ['counts the last too', EXPERIMENT, B, 'a', true],
    [
      'ignores bucketBy',
      { ...EXPERIMENT, bucketBy: 'other' },
      user('userKeyC', { other: 'userKeyB' }),
      'b',
      true,
    ],
    [
      'ignores a bucketBy that is not valid',
      { ...EXPERIMENT, bucketBy: '//', contextKind: 'user' },
      C,
      'b',
      true,
    ],
    ['uses its seed', { ...EXPERIMENT, seed: 61 }, C, 'a', true],
    ['by the kind beside it', { ...EXPERIMENT, contextKind: 'org' }, BOTH, 'b', true],
    ['does not count contexts without its kind', { ...EXPERIMENT, contextKind: 'org' }, C, 'b', false],
    [
      'counts the last past them all, even without its kind',
      { kind: 'experiment', contextKind: 'org', variations: [slice(1, 0), slice(2, 0)] },
      A,
      'c',
      true,
    ],
    [
      'does not count the last past them all where it is untracked',
      { kind: 'experiment', contextKind: 'org', variations: [slice(1, 0), slice(2, 0, true)] },
      A,
      'c',
      false,
    ],
    ['a plain rollout counts nobody', { variations: [slice(1, 100_000)] }, A, 'b', false],
  ])('%s: $3', (_name, rollout, context, value, counted) => {
    const inExperiment = counted ? { inExperiment: true } : {};
    const { reason, value: served } = ask(rolloutFlag(rollout), context);
    expect(served).toBe(value);
    expect(reason).toStrictEqual({ kind: 'FALLTHROUGH', ...inExperiment });
    const rules = [rule([], { rollout })];
    expect(ask(rolloutFlag({}, { rules }), context).reason).toStrictEqual({
      kind: 'RULE_MATCH',
      ruleIndex: 0,
      ...inExperiment,
    });
  });
});
