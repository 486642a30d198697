import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { Feature, FeatureError, Rollout, type FeatureStorage } from '../../../src/library/rollout/index.ts';

/** What every storage must do, whatever it keeps features in. */
export function keepsFeatures(open: () => FeatureStorage | Promise<FeatureStorage>): void {
  const rolloutOn = async (): Promise<{ rollout: Rollout; storage: FeatureStorage }> => {
    const storage = await open();
    return { rollout: new Rollout({ featureStorage: storage }), storage };
  };

  test('what is added is there, and what is deleted is gone', async () => {
    const { rollout } = await rolloutOn();
    await rollout.addFeature(
      new Feature('zulu', { groups: ['staff'], users: [1], percentage: 12.5, property: { plan: 'premium' } }),
    );
    await rollout.addFeature(new Feature('sölo feature'));
    expect(await rollout.features()).toEqual(['sölo feature', 'zulu']);
    expect(await rollout.get('zulu')).toEqual({
      name: 'zulu',
      groups: ['staff'],
      users: ['1'],
      percentage: 12.5,
      randomize: false,
      property: { plan: ['premium'] },
      data: {},
    });
    await rollout.delete('zulu');
    expect(await rollout.features()).toEqual(['sölo feature']);
    expect(await rollout.get('zulu')).toBeUndefined();
    await rollout.close();
  });

  test('activating and deactivating by each way', async () => {
    const { rollout } = await rolloutOn();
    const user = { id: 99, groups: ['staff'] };
    const can = (): Promise<boolean> => rollout.can(user, 'chat');
    const steps: readonly (readonly [() => Promise<void>, boolean])[] = [
      [() => rollout.activateGroup('chat', 'staff'), true],
      [() => rollout.deactivateGroup('chat', 'staff'), false],
      [() => rollout.activateUser('chat', user), true],
      [() => rollout.deactivateUser('chat', user), false],
      [() => rollout.activatePercentage('chat', 99), false],
      [() => rollout.activatePercentage('chat', 100), true],
      [() => rollout.deactivatePercentage('chat'), false],
      [() => rollout.activate('chat'), true],
      [() => rollout.deactivate('chat'), false],
    ];
    for (const [step, expected] of steps) {
      await step();
      expect(await can(), step.toString()).toBe(expected);
    }
    await expect(rollout.activatePercentage('chat', 120)).rejects.toThrow(FeatureError);
    await rollout.close();
  });

  test('active says it of everybody, or of one', async () => {
    const { rollout } = await rolloutOn();
    await rollout.activateUser('chat', { id: 1 });
    expect([
      await rollout.active('chat'),
      await rollout.active('chat', { id: 1 }),
      await rollout.active('nothing'),
    ]).toEqual([false, true, false]);
    await rollout.activateGroup('chat', 'ALL');
    expect(await rollout.active('chat')).toBe(true);
    await rollout.close();
  });

  test('the application keeps data with a feature', async () => {
    const { rollout } = await rolloutOn();
    await rollout.setFeatureData('chat', { owner: 'search', since: 2026 });
    await rollout.setFeatureData('chat', { since: 2027 });
    expect((await rollout.get('chat'))?.data).toEqual({ owner: 'search', since: 2027 });
    await rollout.deactivate('chat');
    expect((await rollout.get('chat'))?.data).toEqual({ owner: 'search', since: 2027 });
    await rollout.clearFeatureData('chat');
    expect((await rollout.get('chat'))?.data).toEqual({});
    await rollout.close();
  });

  test('of changes at once none is lost', async () => {
    const { rollout } = await rolloutOn();
    const ids = Array.from({ length: 25 }, (_, id) => id);
    await Promise.all(ids.map((id) => rollout.activateUser('chat', { id })));
    expect((await rollout.get('chat'))?.users.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      ids.map(String),
    );
    await rollout.close();
  });

  test('several are read in one call, in the order that they were asked for', async () => {
    const { rollout } = await rolloutOn();
    await rollout.activatePercentage('chat', 5);
    await rollout.activatePercentage('search', 10);
    const features = await rollout.multiGet(['search', 'nothing', 'chat']);
    expect(features.map((feature) => feature?.percentage)).toEqual([10, undefined, 5]);
    await rollout.close();
  });

  test('a feature exists from its first change until it is cleared away with all others', async () => {
    const { rollout } = await rolloutOn();
    expect(await rollout.exists('chat')).toBe(false);
    await rollout.deactivate('chat');
    await rollout.activate('search');
    expect(await rollout.exists('chat')).toBe(true);
    await rollout.clear();
    expect([await rollout.exists('chat'), await rollout.features()]).toEqual([false, []]);
    await rollout.close();
  });

  test('its users are set as one list', async () => {
    const { rollout } = await rolloutOn();
    await rollout.activateUser('chat', { id: 1 });
    await rollout.setUsers('chat', [{ id: 2 }, { id: '3' }, { id: 2 }]);
    expect((await rollout.get('chat'))?.users).toEqual(['2', '3']);
    await rollout.close();
  });

  const circle: { self?: unknown } = {};
  circle.self = circle;
  test.each<[string, (rollout: Rollout) => Promise<unknown>, RegExp]>([
    ['__proto__ in data', (r) => r.setFeatureData('chat', json('{"__proto__": 1}')), /data: .*__proto__/],
    [
      '__proto__ deep in data',
      (r) => r.setFeatureData('chat', { a: [json('{"__proto__": 1}')] }),
      /__proto__/,
    ],
    ['no number in data', (r) => r.setFeatureData('chat', { a: NaN }), /data: a: expected what JSON .* NaN/],
    ['a date in data', (r) => r.setFeatureData('chat', { a: new Date(0) }), /data: a: expected what JSON/],
    ['nothing in data', (r) => r.setFeatureData('chat', { a: undefined }), /data: a: .* got undefined/],
    ['data that goes round', (r) => r.setFeatureData('chat', circle), /100 levels deep, or circular/],
    [
      'data that is a text',
      (r) => r.setFeatureData('chat', 'abc' as never),
      /data: expected an object, got 'abc'/,
    ],
    [
      'a group that is none',
      (r) => r.activateGroup('chat', undefined as never),
      /feature chat: groups.*got undefined/,
    ],
    ['a percentage as text', (r) => r.activatePercentage('chat', '20' as never), /0 to 100, got '20'/],
    ['too much', (r) => r.activatePercentage('chat', 120), /feature chat: percentage: .*0 to 100, got 120/],
    ['users that are no list', (r) => r.setUsers('chat', 7 as never), /feature chat: users: .* got 7/],
    ['half of a letter as a name', (r) => r.activate('\uD800'), /name: expected a text without NUL/],
    ['NUL in a name', (r) => r.activate('a\0b'), /name: expected a text without NUL/],
    [
      'no feature',
      (r) => r.addFeature({ name: 'chat' } as never),
      /expected a Feature, got \{ name: 'chat' \}/,
    ],
  ])('%s is refused, and what is there stays', async (_, change, message) => {
    const { rollout } = await rolloutOn();
    await rollout.activateGroup('chat', 'staff');
    const before = await rollout.get('chat');
    const failure = await change(rollout).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FeatureError);
    expect(failure).toHaveProperty('message', expect.stringMatching(message));
    expect(await rollout.get('chat')).toEqual(before);
    expect(await rollout.features()).toEqual(['chat']);
    await rollout.close();
  });

  test('names that objects have of their own are names like others', async () => {
    const { rollout } = await rolloutOn();
    for (const name of ['__proto__', 'constructor', 'toString']) await rollout.activate(name);
    expect(await rollout.features()).toEqual(['__proto__', 'constructor', 'toString']);
    expect((await rollout.get('__proto__'))?.percentage).toBe(100);
    await rollout.close();
  });

  test('what the program does with its own lists and with what it read changes nothing', async () => {
    const { rollout } = await rolloutOn();
    const groups = ['staff'];
    await rollout.addFeature(new Feature('chat', { groups }));
    const owners = ['search'];
    await rollout.setFeatureData('chat', { owners });
    groups.push('ALL');
    owners.push('ads');
    const feature = await rollout.get('chat');
    const [readGroups, readOwners] = [feature?.groups, feature?.data['owners']] as string[][];
    expect(() => readGroups?.push('ALL')).toThrow(/not extensible/);
    expect(() => readOwners?.push('ads')).toThrow(/not extensible/);
    expect(await rollout.can({ id: 1 }, 'chat')).toBe(false);
    expect((await rollout.get('chat'))?.data).toEqual({ owners: ['search'] });
    await rollout.close();
  });
}

const json = (text: string): { readonly [field: string]: unknown } => JSON.parse(text);

/** Two storages on one place, as two processes have them. @param source how another process opens it */
export function isShared(
  place: () => Promise<{ readonly open: () => FeatureStorage; readonly source: string }>,
): void {
  const twoSides = async (): Promise<{ one: Rollout; two: Rollout; source: string }> => {
    const { open, source } = await place();
    return {
      one: new Rollout({ featureStorage: open() }),
      two: new Rollout({ featureStorage: open() }),
      source,
    };
  };

  test('of changes from two sides at once none is lost', async () => {
    const { one, two } = await twoSides();
    await Promise.all(
      Array.from({ length: 20 }, (_, id) => (id % 2 === 0 ? one : two).activateUser('chat', { id })),
    );
    expect((await one.get('chat'))?.users).toHaveLength(20);
    expect(await two.can({ id: 0 }, 'chat')).toBe(true);
    await Promise.all([one.close(), two.close()]);
  });

  test('a change that took its time does not undo one of another process meanwhile', async () => {
    const { open, source } = await place();
    const storage = open();
    const rollout = new Rollout({ featureStorage: storage });
    await rollout.activate('chat');
    let calls = 0;
    await storage.update('chat', (feature) => {
      calls += 1;
      if (calls === 1) inAnotherProcess(source, `await rollout.activateGroup('chat', 'quick');`);
      return feature && { ...feature, groups: [...feature.groups, 'slow'] };
    });
    expect((await rollout.get('chat'))?.groups).toEqual(['quick', 'slow']);
    expect(calls).toBe(2);
    await rollout.close();
  });

  test('deactivating stops a predicate on the other side', async () => {
    const { one, two } = await twoSides();
    await one.addFeature(new Feature('chat', { predicate: () => true }));
    expect(await one.can({ id: 1 }, 'chat')).toBe(true);
    await two.deactivate('chat');
    expect(await one.can({ id: 1 }, 'chat')).toBe(false);
    await Promise.all([one.close(), two.close()]);
  });
}

function inAnotherProcess(source: string, work: string): void {
  const library = pathToFileURL(join(import.meta.dirname, '../../../src/library/rollout/index.ts')).href;
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import * as library from ${JSON.stringify(library)};
       const { Rollout, fileFeatureStorage, memcachedFeatureStorage, postgresFeatureStorage, sqliteFeatureStorage } = library;
       const rollout = new Rollout({ featureStorage: ${source} });
       ${work}
       await rollout.close();`,
    ],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
}
