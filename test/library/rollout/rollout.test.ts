import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Feature, FeatureError, Rollout, type FeatureOptions } from '../../../src/library/rollout/index.ts';

const read = (name: string): unknown =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../../evaluation/bucketing/vectors/${name}.json`), 'utf8'),
  );

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

  test.each([false, true])('a feature that was not defined is as the program says: %s', async (access) => {
    const rollout = new Rollout({ undefinedFeatureAccess: access });
    expect([
      await rollout.can({ id: 1 }, 'x'),
      await rollout.active('x', { id: 1 }),
      await rollout.active('x'),
    ]).toEqual([access, access, access]);
    await rollout.activateGroup('x', 'staff');
    expect([await rollout.can({ id: 1 }, 'x'), await rollout.active('x')]).toEqual([false, false]);
  });

  class Account {
    readonly #id: number;
    constructor(id: number) {
      this.#id = id;
    }
    get id(): number {
      return this.#id;
    }
    get groups(): ReadonlySet<string> {
      return new Set(['staff']);
    }
    get plan(): string {
      return 'premium';
    }
  }

  test.each<[string, object, FeatureOptions<unknown>]>([
    ['an id by getter', new Account(7), { users: [7] }],
    ['groups by getter, as a Set', new Account(7), { groups: ['staff'] }],
    ['a property by getter', new Account(7), { property: { plan: 'premium' } }],
    ['an inherited id', Object.create({ id: 7 }) as object, { users: [7] }],
    ['a user without a prototype', Object.assign(Object.create(null), { id: 7 }) as object, { users: [7] }],
  ])('a user may have %s', async (_, user, options) => {
    const rollout = new Rollout();
    await rollout.addFeature(new Feature('x', options));
    expect(await rollout.can(user, 'x')).toBe(true);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'groups as one text',
      { id: 1, groups: 'staff' },
      /user: groups: expected a list or a Set of texts, got 'staff'/,
    ],
    ['groups that are no texts', { id: 1, groups: [1] }, /user: groups: .*got \[ 1 \]/],
    ['no id', {}, /user with an id that is a string or a number, got undefined/],
    ['an id of another type', { id: 1n }, /got 1n/],
    ['nothing', null, /user with an id/],
  ])('a user with %s is a clear error', async (_, user, message) => {
    const rollout = new Rollout();
    await rollout.addFeature(new Feature('x', { groups: ['staff'], percentage: 50 }));
    await expect(rollout.can(user, 'x')).rejects.toThrow(FeatureError);
    await expect(rollout.can(user, 'x')).rejects.toThrow(message);
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
    [() => new Feature('x', { percentage: '20' as never }), /feature x: percentage: .*0 to 100, got '20'/],
    [() => new Feature('x', { groups: 'staff' as never }), /feature x: groups: expected a list.*got 'staff'/],
    [() => new Feature('x', { users: '12' as never }), /feature x: users: expected a list.*got '12'/],
    [() => new Feature('x', { users: [{ id: 1 }] as never }), /feature x: users.0: .*got \{ id: 1 \}/],
    [() => new Feature('x', { randomize: 'no' as never }), /feature x: randomize: .*true or false, got 'no'/],
    [
      () => new Feature('x', { property: { score: Infinity } }),
      /x: property.score.0: .*finite.*got Infinity/,
    ],
    [() => new Feature('x', { property: { plan: null as never } }), /x: property.plan.0: .*got null/],
    [() => new Feature('x', { property: 'plan' as never }), /x: property: expected an object.*got 'plan'/],
    [
      () => new Feature('x', { property: JSON.parse('{"__proto__": 1}') as never }),
      /x: property: .*__proto__/,
    ],
    [() => new Feature('x', { predicate: 'yes' as never }), /x: predicate: expected a function.*got 'yes'/],
    [() => new Feature(undefined as never), /name: expected a text.*got undefined/],
    [() => new Rollout({ percentageBy: 'crc' as never }), /percentageBy: expected .*got 'crc'/],
  ])('a feature that cannot be is refused (%#)', (make, message) => {
    expect(make).toThrow(FeatureError);
    expect(make).toThrow(message);
  });
});
