import { describe, expect, test } from 'vitest';
import { launchDarklyBucket } from '../../../src/evaluation/bucketing/launchdarkly.ts';
import type { Flag, Segment } from '../../../src/evaluation/model.ts';
import {
  ANNA,
  evaluatorOf,
  flag,
  malformed,
  rule,
  segment,
  segmentClause,
  segmentRule,
} from '../../support/flag-builders.ts';

/** A weight that just takes the bucket in, and one that just does not. */
const around = (bucket: number): readonly number[] => [
  Math.ceil(bucket * 100_000),
  Math.floor(bucket * 100_000),
];

const served = (
  flags: { readonly [name: string]: unknown },
  segments: { readonly [name: string]: unknown } = {},
) =>
  evaluatorOf([])
    .with({
      flags: flags as { readonly [name: string]: Flag },
      segments: segments as { readonly [name: string]: Segment },
    })
    .evaluate('name', ANNA, 'default');

describe('a definition under a name', () => {
  const rollout = (weight: number): object => ({
    rollout: {
      variations: [
        { variation: 1, weight },
        { variation: 2, weight: 100_000 - weight },
      ],
    },
  });

  test.each<[string, unknown, string]>([
    ['its own', 'name', 'name'],
    ['another than its own', 'other', 'other'],
    ['an empty one', '', ''],
    ['one that is no text', 5, 'name'],
    ['no own one', undefined, 'name'],
  ])('has its buckets by %s', (_name, key, salted) => {
    const values = around(launchDarklyBucket(salted, 'salt', 'anna')).map(
      (weight) => served({ name: flag({ key, fallthrough: rollout(weight) }) }).value,
    );
    expect(values).toEqual(['b', 'c']);
    const samples = around(launchDarklyBucket(salted, 'salt', 'anna')).map(
      (weight) =>
        served(
          { name: flag({ rules: [rule([segmentClause(['name'])])] }) },
          { name: segment({ key, rules: [segmentRule([], { weight })] }) },
        ).value,
    );
    expect(samples).toEqual(['b', 'a']);
  });

  test.each<unknown>([5, 'on', true, [], [flag()]])('that is %j is malformed', (definition) => {
    expect(served({ name: definition })).toEqual(malformed);
  });
});
