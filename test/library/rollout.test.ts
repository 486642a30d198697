import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Feature, FeatureError, Rollout, type FeatureOptions } from '../../src/library/rollout.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../evaluation/vectors/${name}.json`), 'utf8'));

interface Vector {
  readonly feature: FeatureOptions<unknown> & { readonly name: string };
  readonly user: object;
  readonly can: boolean;
}

describe('who may use a feature', () => {
  const vectors = read('pyrollout') as readonly Vector[];

  test(`all ${vectors.length} answers of the original are ours`, async () => {
    expect(vectors.length).toBeGreaterThan(20);
    for (const { feature, user, can } of vectors) {
      const rollout = new Rollout();
      await rollout.addFeature(new Feature(feature.name, feature));
      expect(await rollout.can(user, feature.name), JSON.stringify({ feature, user })).toBe(can);
    }
  });

  test.each<[string, FeatureOptions<{ id: number; plan?: string }>, object, boolean]>([
    ['a property with the value', { property: { plan: 'premium' } }, { id: 1, plan: 'premium' }, true],
    [
      'a property with one of the values',
      { property: { plan: ['free', 'premium'] } },
      { id: 1, plan: 'premium' },
      true,
    ],
    ['a property that is a list', { property: { plan: 'premium' } }, { id: 1, plan: ['x', 'premium'] }, true],
    ['a property with another value', { property: { plan: 'premium' } }, { id: 1, plan: 'free' }, false],
    ['a property that only the prototype has', { property: { toString: 'x' } }, { id: 1 }, false],
    ['a function of the user that says yes', { predicate: (user) => user.id > 5 }, { id: 6 }, true],
    ['a function of the user that says no', { predicate: (user) => user.id > 5 }, { id: 5 }, false],
    [
      'NONE does not stop a user by name',
      { groups: ['NONE'], users: [7] },
      { id: 7, groups: ['NONE'] },
      true,
    ],
  ])('%s', async (_, options, user, expected) => {
    const rollout = new Rollout<{ id: number }>();
    await rollout.addFeature(new Feature('x', options));
    expect(await rollout.can(user as { id: number }, 'x')).toBe(expected);
  });

  test('a feature that nobody defined is as the program says', async () => {
    expect(await new Rollout().can({ id: 1 }, 'x')).toBe(false);
    expect(await new Rollout({ undefinedFeatureAccess: true }).can({ id: 1 }, 'x')).toBe(true);
  });

  test('a user without an id is a clear error', async () => {
    const rollout = new Rollout();
    await rollout.addFeature(new Feature('x', { percentage: 50 }));
    await expect(rollout.can({}, 'x')).rejects.toThrow(/user with an id/);
  });

  test('users are read as their storage says', async () => {
    const rollout = new Rollout<readonly [number, string]>({
      userStorage: { id: (user) => user[0], groups: (user) => [user[1]], property: () => undefined },
    });
    await rollout.addFeature(new Feature('x', { groups: ['staff'] }));
    expect(await rollout.can([1, 'staff'], 'x')).toBe(true);
    expect(await rollout.can([1, 'guest'], 'x')).toBe(false);
  });

  test("the gem's percentage follows the CRC-32 of the id", async () => {
    const rollout = new Rollout({ percentageBy: 'ruby' });
    await rollout.activatePercentage('x', 20);
    const ids = Array.from({ length: 2000 }, (_, id) => id);
    const inside = await Promise.all(ids.map((id) => rollout.can({ id }, 'x')));
    const share = inside.filter(Boolean).length / ids.length;
    expect(share).toBeGreaterThan(0.16);
    expect(share).toBeLessThan(0.24);
    // crc32('0') = 0xf4dbdf21, which is 95.6 % of the way; crc32('2') = 0x1ad5be0d, 10.5 %.
    expect(inside[0]).toBe(false);
    expect(inside[2]).toBe(true);
  });

  test.each([
    [() => new Feature(''), /needs a name/],
    [() => new Feature('x', { percentage: 101 }), /0 to 100, got 101/],
    [() => new Feature('x', { percentage: Number.NaN }), /got NaN/],
    [() => new Feature('x', { groups: ['ALL', 'NONE'] }), /ALL and NONE/],
  ])('a feature that cannot be is refused (%#)', (make, message) => {
    expect(make).toThrow(FeatureError);
    expect(make).toThrow(message);
  });
});
