import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  pyrolloutPercentile,
  sha256Percent,
  slowrollPosition,
} from '../../../src/library/evaluation/index.ts';
import { ask, fellThrough, flag, malformed, user } from '../../support/flag-builders.ts';

const vectors = (name: string): readonly never[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', `${name}.json`), 'utf8')) as readonly never[];

describe('sha256-percent', () => {
  interface Vector {
    readonly user: string;
    readonly flag: string;
    readonly rollout_percentage: number;
    readonly hash: number;
    readonly enabled: boolean;
  }

  test.each<Vector>(vectors('sha256-percent'))(
    '$user in $flag at $rollout_percentage % is enabled: $enabled',
    (vector) => {
      const { user: key, flag: flagKey, rollout_percentage: percentage, hash, enabled } = vector;
      expect(sha256Percent(key, flagKey)).toBe(hash);
      const weights = [
        { variation: 1, weight: percentage * 1_000 },
        { variation: 0, weight: 100_000 - percentage * 1_000 },
      ];
      const definition = flag({
        key: flagKey,
        bucketing: 'sha256-percent',
        variations: [false, true],
        fallthrough: { rollout: { variations: weights } },
      });
      expect(ask(definition, user(key)).value).toBe(enabled);
    },
  );

  test('a border between two whole percents is exact, however many slices are before it', () => {
    const slices = Array.from({ length: 100 }, (_, index) => ({ variation: index, weight: 1_000 }));
    const variations = slices.map(({ variation }) => variation);
    const served = variations.map((_, index) => {
      const key = `user-${index}`;
      const detail = ask(
        flag({ bucketing: 'sha256-percent', variations, fallthrough: { rollout: { variations: slices } } }),
        user(key),
      );
      return [detail.value, sha256Percent(key, 'flag')];
    });
    expect(served.filter(([value, percent]) => value !== percent)).toEqual([]);
  });
});

describe('slowroll', () => {
  interface Vector {
    readonly config: {
      readonly end_time: string;
      readonly duration: string;
      readonly new?: unknown;
      readonly stable: unknown;
    };
    readonly hashKey: string;
    readonly now: string;
    readonly value: unknown;
  }
  const HOUR = 3_600_000;
  const UNITS: Readonly<Record<string, number>> = { d: 24 * HOUR, h: HOUR, m: 60_000, s: 1_000, ms: 1 };
  const durationMs = (text: string): number =>
    [...text.matchAll(/([\d.]+)\s*(ms|[dhms])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
      0,
    );
  const simple = (vectors('slowroll') as readonly Vector[]).filter(
    ({ config }) => 'new' in config && !('early_adopters' in config),
  );

  test.each(simple)('$hashKey at $now gets $value', ({ config, hashKey, now, value }) => {
    const end = Date.parse(config.end_time.replace(' ', 'T'));
    const duration = durationMs(config.duration);
    const isNew = Date.parse(now) >= end - duration + duration * slowrollPosition(hashKey);
    expect(isNew ? config.new : config.stable).toEqual(value);
  });

  test('has vectors to look at', () => {
    expect(simple.length).toBeGreaterThan(10);
  });

  test('a flag with this bucketing places a key by its position, whatever the salt', () => {
    const key = 'user-1';
    const at = (weight: number, salt: string) =>
      ask(
        flag({
          salt,
          bucketing: 'slowroll',
          fallthrough: {
            rollout: {
              variations: [
                { variation: 2, weight },
                { variation: 0, weight: 100_000 - weight },
              ],
            },
          },
        }),
        user(key),
      ).variationIndex;
    const border = Math.ceil(slowrollPosition(key) * 100_000);
    expect([at(border, 'a'), at(border, 'b'), at(border - 1, 'a')]).toEqual([2, 2, 0]);
  });
});

describe('pyrollout', () => {
  interface Vector {
    readonly feature: {
      readonly name: string;
      readonly percentage?: number;
      readonly randomize?: boolean;
      readonly groups?: readonly string[];
      readonly users?: readonly number[];
    };
    readonly user: { readonly id: number; readonly groups?: readonly string[] };
    readonly can: boolean;
  }
  const byPercentage = (vectors('pyrollout') as readonly Vector[]).filter(
    ({ feature, user: who }) => feature.groups === undefined && !feature.users?.includes(who.id),
  );

  test.each(byPercentage)('$feature lets $user in: $can', ({ feature, user: who, can }) => {
    const { name, percentage = 0, randomize = false } = feature;
    expect(pyrolloutPercentile(who.id, name, randomize) < percentage).toBe(can);
    const definition = flag({
      key: name,
      variations: [false, true],
      bucketing: 'pyrollout',
      fallthrough: {
        rollout: {
          ...(randomize ? { seed: 1 } : {}),
          variations: [
            { variation: 1, weight: percentage * 1_000 },
            { variation: 0, weight: 100_000 - percentage * 1_000 },
          ],
        },
      },
    });
    expect(ask(definition, user(String(who.id))).value).toBe(can);
  });

  test.each([
    ['12345', 45],
    [' 7 ', 7],
    ['+107', 7],
    ['-1', 99],
    ['-100', 0],
    ['1_001', 1],
    ['123456789012345678901234567890', 90],
  ])('the whole number %o has percentile %i', (id, percentile) => {
    expect(pyrolloutPercentile(id, 'feature', false)).toBe(percentile);
  });

  test('an id that is no whole number counts by CRC-32 of its text', () => {
    for (const id of ['anna', '1.5', '1_', '', '0x10']) {
      expect(pyrolloutPercentile(id, 'feature', false)).toBe(crc32(id) % 100);
      expect(pyrolloutPercentile(id, 'feature', true)).toBe((crc32(id) + crc32('feature')) % 100);
    }
  });
});

test('a flag with a bucketing that does not exist is malformed where it is reached', () => {
  const rollout = { rollout: { variations: [{ variation: 0, weight: 100_000 }] } };
  expect(ask(flag({ bucketing: 'md5', fallthrough: rollout }))).toEqual(malformed);
  expect(ask(flag({ bucketing: 'toString', fallthrough: rollout }))).toEqual(malformed);
  expect(ask(flag({ bucketing: 'md5' }))).toEqual(fellThrough);
});

test.each([{}, ['user'], 'ghost'])('a rollout of kind %j is no context’s, so all are at 0', (contextKind) => {
  const variations = [
    { variation: 2, weight: 1 },
    { variation: 0, weight: 99_999 },
  ];
  const served = ['anna', 'bob', 'carol'].map((key) =>
    ask(flag({ fallthrough: { rollout: { contextKind, variations } } }), user(key)),
  );
  expect(served.map(({ value }) => value)).toEqual(['c', 'c', 'c']);
});
