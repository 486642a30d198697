import { expect, test } from 'vitest';
import {
  Feature,
  FeatureError,
  Rollout,
  memoryFeatureStorage,
  type FeatureStorage,
} from '../../../src/library/rollout/index.ts';

interface Listener {
  readonly id: number;
}

const yes = (): boolean => true;
const everybody = { predicate: yes };

/** Two programs on one storage. */
function twoPrograms(): { one: Rollout<Listener>; two: Rollout<Listener>; storage: FeatureStorage } {
  const storage = memoryFeatureStorage();
  return {
    storage,
    one: new Rollout<Listener>({ featureStorage: storage }),
    two: new Rollout<Listener>({ featureStorage: storage }),
  };
}

test.each<[string, (one: Rollout<Listener>, two: Rollout<Listener>) => Promise<void>, boolean]>([
  ['added', async () => {}, true],
  ['deactivated elsewhere', async (_, two) => two.deactivate('chat'), false],
  ['switched off elsewhere', async (_, two) => two.deactivatePredicate('chat'), false],
  [
    'switched off and on again elsewhere',
    async (_, two) => {
      await two.deactivate('chat');
      await two.activatePredicate('chat');
    },
    true,
  ],
  [
    'deleted elsewhere and made anew without one',
    async (_, two) => {
      await two.delete('chat');
      await two.activateGroup('chat', 'nobody');
    },
    false,
  ],
  [
    'deleted, and made anew elsewhere with another',
    async (one, two) => {
      await one.delete('chat');
      await two.addFeature(new Feature('chat', everybody));
    },
    false,
  ],
  ['replaced elsewhere by one without', async (_, two) => two.addFeature(new Feature('chat')), false],
  ['changed elsewhere otherwise', async (_, two) => two.activateGroup('chat', 'nobody'), true],
  [
    'deactivated, then defined at the next start',
    async (one, two) => {
      await two.deactivate('chat');
      await one.defineFeature(new Feature('chat', everybody));
    },
    false,
  ],
  [
    'deactivated, then replaced',
    async (one, two) => {
      await two.deactivate('chat');
      await one.addFeature(new Feature('chat', everybody));
    },
    true,
  ],
])('a predicate that was %s', async (_, happens, expected) => {
  const { one, two } = twoPrograms();
  await one.addFeature(new Feature('chat', everybody));
  await happens(one, two);
  expect(await one.can({ id: 1 }, 'chat')).toBe(expected);
});

test('a program without the function lets no user in by it', async () => {
  const { one, two } = twoPrograms();
  await one.addFeature(new Feature('chat', everybody));
  expect(await two.can({ id: 1 }, 'chat')).toBe(false);
  await two.defineFeature(new Feature('chat', everybody));
  expect(await two.can({ id: 1 }, 'chat')).toBe(true);
});

test('what was changed while running outlives the next definition', async () => {
  const { one, two } = twoPrograms();
  const chat = new Feature<Listener>('chat', { groups: ['staff'], predicate: ({ id }) => id === 5 });
  await one.defineFeature(chat);
  await one.activateUser('chat', { id: 77 });
  await one.setFeatureData('chat', { owner: 'search' });
  await two.defineFeature(chat);
  expect(await two.get('chat')).toEqual({
    name: 'chat',
    groups: ['staff'],
    users: ['77'],
    percentage: 0,
    randomize: false,
    property: {},
    predicate: true,
    data: { owner: 'search' },
  });
  expect(await two.can({ id: 5 }, 'chat')).toBe(true);
});

test('a feature from before it had a predicate has it from its next definition on', async () => {
  const { one, two } = twoPrograms();
  await one.defineFeature(new Feature('chat', { users: [7] }));
  await two.defineFeature(new Feature<Listener>('chat', everybody));
  expect([await two.can({ id: 7 }, 'chat'), await two.can({ id: 1 }, 'chat')]).toEqual([true, true]);
});

test('a predicate counts only when its feature is stored', async () => {
  const storage = memoryFeatureStorage();
  const full = (): Promise<void> => Promise.reject(new Error('disk full'));
  const rollout = new Rollout<Listener>({ featureStorage: { ...storage, set: full, update: full } });
  await new Rollout({ featureStorage: storage }).activatePredicate('chat');
  await expect(rollout.addFeature(new Feature('chat', everybody))).rejects.toThrow('disk full');
  await expect(rollout.defineFeature(new Feature('chat', everybody))).rejects.toThrow('disk full');
  expect(await rollout.can({ id: 1 }, 'chat')).toBe(false);
});

test('a predicate that answers neither true nor false is a clear error', async () => {
  const rollout = new Rollout<Listener>();
  await rollout.addFeature(new Feature('chat', { predicate: (async () => false) as never }));
  await expect(rollout.can({ id: 1 }, 'chat')).rejects.toThrow(FeatureError);
  await expect(rollout.can({ id: 1 }, 'chat')).rejects.toThrow(/chat: predicate: expected true or false/);
});

test('what a predicate throws is what the caller gets', async () => {
  const rollout = new Rollout<Listener>();
  const outOfRange = (id: number): boolean => {
    throw new RangeError(`no region for ${id}`);
  };
  await rollout.addFeature(new Feature('chat', { predicate: (listener) => outOfRange(listener.id) }));
  await expect(rollout.can({ id: 1 }, 'chat')).rejects.toThrow(RangeError);
});
