import { describe, expect, test } from 'vitest';
import { environmentSnapshots } from '../../src/app/environment-snapshots.ts';
import type { Flag } from '../../src/evaluation/model.ts';
import { DEFAULT_ENVIRONMENT } from '../../src/store/store.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { AUTHOR, STAGING, aFlag, deleteFlag, putFlag, putSegment } from '../support/store-contract.ts';

const requires = (...keys: readonly string[]): Partial<Flag> => ({
  prerequisites: keys.map((key) => ({ key, variation: 0 })),
});

/** Base, middle (which requires base), top (which requires middle) and alone; and what a listener receives. */
async function listening() {
  const store = await createMemoryStore({
    now: () => 0,
    seedFlags: {
      flags: {
        base: aFlag('base'),
        middle: aFlag('middle', requires('base')),
        top: aFlag('top', requires('middle')),
        alone: aFlag('alone'),
      },
      segments: {},
    },
  });
  const heard: string[][] = [];
  const snapshots = environmentSnapshots(store, DEFAULT_ENVIRONMENT);
  const unsubscribe = snapshots.onChange((changed) => heard.push(changed.toSorted()));
  return { store, heard, snapshots, unsubscribe };
}

describe('the flags that a change affects', () => {
  test('are the flag and those that require it, at any distance', async () => {
    const { store, heard } = await listening();
    await store.change(AUTHOR, putFlag('base', { on: false }));
    await store.change(AUTHOR, putFlag('alone', { on: false }));
    expect(heard).toEqual([['base', 'middle', 'top'], ['alone']]);
  });

  test('follow prerequisites that come and go, and flags that are deleted', async () => {
    const { store, heard } = await listening();
    await store.change(AUTHOR, putFlag('alone', requires('base')));
    await store.change(AUTHOR, putFlag('middle'));
    await store.change(AUTHOR, putFlag('base', { on: false }));
    await store.change(AUTHOR, deleteFlag('alone'));
    await store.change(AUTHOR, putFlag('base', { on: true }));
    expect(heard).toEqual([['alone'], ['middle', 'top'], ['alone', 'base'], ['alone'], ['base']]);
  });

  test('are all when a segment changed', async () => {
    const { store, heard } = await listening();
    await store.change(AUTHOR, putSegment('fans'));
    expect(heard).toEqual([['alone', 'base', 'middle', 'top']]);
  });
});

test('another environment is no news, and neither is anything after unsubscribing', async () => {
  const { store, heard, snapshots, unsubscribe } = await listening();
  await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
  await store.change(AUTHOR, putFlag('base', { on: false }, { environment: STAGING }));
  unsubscribe();
  await store.change(AUTHOR, putFlag('base', { on: false }));
  expect(heard).toEqual([]);
  expect(snapshots.current().flagKeys()).toEqual(['base', 'middle', 'top', 'alone']);
});
