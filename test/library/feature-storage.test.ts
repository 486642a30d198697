import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Feature,
  FeatureError,
  Rollout,
  fileFeatureStorage,
  memcachedFeatureStorage,
  memoryFeatureStorage,
  postgresFeatureStorage,
  sqliteFeatureStorage,
  type FeatureStorage,
} from '../../src/library/rollout.ts';
import { memcachedPath, startMemcached } from '../support/memcached.ts';
import { postgresBinaries } from '../support/postgres-binaries.ts';
import { usePostgres } from '../support/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollout-'));
let serial = 0;
const freshName = (): string => `storage_${(serial += 1)}`;

/** What every storage must do, whatever it keeps features in. */
function keepsFeatures(open: () => FeatureStorage | Promise<FeatureStorage>): void {
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
}

/** Two storages on one place, as two processes have them. */
function isShared(open: (name: string) => FeatureStorage): void {
  test('of changes from two sides at once none is lost', async () => {
    const name = freshName();
    const [one, two] = [
      new Rollout({ featureStorage: open(name) }),
      new Rollout({ featureStorage: open(name) }),
    ];
    await Promise.all(
      Array.from({ length: 20 }, (_, id) => (id % 2 === 0 ? one : two).activateUser('chat', { id })),
    );
    expect((await one.get('chat'))?.users).toHaveLength(20);
    expect(await two.can({ id: 0 }, 'chat')).toBe(true);
    await Promise.all([one.close(), two.close()]);
  });
}

describe('features in memory', () => {
  keepsFeatures(memoryFeatureStorage);
});

describe('features in a file', () => {
  keepsFeatures(() => fileFeatureStorage(join(folder, `${freshName()}.json`)));

  test('outlive the program', async () => {
    const file = join(folder, `${freshName()}.json`);
    await new Rollout({ featureStorage: fileFeatureStorage(file) }).activate('chat');
    expect(await new Rollout({ featureStorage: fileFeatureStorage(file) }).active('chat')).toBe(true);
  });

  test.each(['{', '{}', '[{"name":"x"}]'])(
    'a file that holds %s is named, and left as it is',
    async (text) => {
      const file = join(folder, `${freshName()}.json`);
      writeFileSync(file, text);
      await expect(
        new Rollout({ featureStorage: fileFeatureStorage(file) }).activate('chat'),
      ).rejects.toThrow(FeatureError);
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );
});

describe('features in SQLite', () => {
  const open = (name: string): FeatureStorage => sqliteFeatureStorage(join(folder, `${name}.db`));
  keepsFeatures(() => open(freshName()));
  isShared(open);
});

describe.skipIf(postgresBinaries() === undefined)('features in PostgreSQL', () => {
  const server = usePostgres();
  keepsFeatures(async () => postgresFeatureStorage(await (await server()).freshDatabase()));

  test('of changes from two sides at once none is lost', async () => {
    const url = await (await server()).freshDatabase();
    const one = new Rollout({ featureStorage: postgresFeatureStorage(url) });
    const two = new Rollout({ featureStorage: postgresFeatureStorage(url) });
    await Promise.all(
      Array.from({ length: 20 }, (_, id) => (id % 2 === 0 ? one : two).activateUser('chat', { id })),
    );
    expect((await one.get('chat'))?.users).toHaveLength(20);
    await Promise.all([one.close(), two.close()]);
  });
});

describe.skipIf(memcachedPath() === undefined)('features in memcached', () => {
  let server: Awaited<ReturnType<typeof startMemcached>>;
  beforeAll(async () => {
    server = await startMemcached();
  });
  afterAll(async () => {
    await server.stop();
  });
  const open = (name: string): FeatureStorage =>
    memcachedFeatureStorage(server.address, { prefix: `${name}:` });
  keepsFeatures(() => open(freshName()));
  isShared(open);
});
