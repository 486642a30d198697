import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../support/memory-store.ts';
import {
  DEFAULT_ENVIRONMENT,
  type FlagRecord,
  type ItemRef,
  type Store,
  StoreUnavailableError,
} from '../../src/store/store.ts';
import { updateItem } from '../../src/store/update.ts';
import { AUTHOR, STAGING, aFlag, aSegment, flagOf, putFlag } from '../support/store-contract.ts';

const ENCORE: ItemRef<'flag'> = { environment: DEFAULT_ENVIRONMENT, kind: 'flag', key: 'encore' };
const FANS: ItemRef<'segment'> = { environment: DEFAULT_ENVIRONMENT, kind: 'segment', key: 'fans' };

async function storeWithEncore(): Promise<Store> {
  const store = await createMemoryStore({ now: () => Date.UTC(2026, 0, 1) });
  await store.change(AUTHOR, putFlag('encore', {}, { description: 'one more', tags: ['show'] }));
  return store;
}

const switchOff = (current: FlagRecord | undefined) =>
  current === undefined
    ? ({ outcome: 'refused', refusal: 'there is no such flag' } as const)
    : ({ outcome: 'edited', draft: { definition: { ...current.definition, on: false } } } as const);

describe('an update', () => {
  test('writes what the edit makes of the record, and keeps what the draft leaves out', async () => {
    const store = await storeWithEncore();
    expect(await store.update(AUTHOR, ENCORE, switchOff)).toMatchObject({
      outcome: 'changed',
      record: { version: 2, description: 'one more', tags: ['show'], definition: { on: false } },
      auditId: 2,
    });
    expect(await store.audit()).toMatchObject([{ id: 2, author: AUTHOR, action: 'update' }, { id: 1 }]);
  });

  test('gives the draft back with what the caller put into it', async () => {
    const store = await storeWithEncore();
    const draft = { definition: aFlag('encore', { on: false }), warnings: ['loud'] };
    expect(await store.update(AUTHOR, ENCORE, () => ({ outcome: 'edited', draft }))).toMatchObject({ draft });
  });

  test('makes what is not there, segments as well as flags', async () => {
    const store = await storeWithEncore();
    const seen: unknown[] = [];
    const outcome = await store.update(AUTHOR, FANS, (current) => {
      seen.push(current);
      return { outcome: 'edited', draft: { definition: aSegment('fans'), description: 'in front' } };
    });
    expect(seen).toEqual([undefined]);
    expect(outcome).toMatchObject({
      outcome: 'changed',
      record: { kind: 'segment', description: 'in front' },
    });
  });

  test('says when there was nothing to change', async () => {
    const store = await storeWithEncore();
    await store.update(AUTHOR, ENCORE, switchOff);
    expect(await store.update(AUTHOR, ENCORE, switchOff)).toMatchObject({
      outcome: 'unchanged',
      record: { version: 2 },
    });
  });

  test('writes nothing when the edit refuses', async () => {
    const store = await storeWithEncore();
    expect(await store.update(AUTHOR, { ...ENCORE, key: 'finale' }, switchOff)).toEqual({
      outcome: 'refused',
      refusal: 'there is no such flag',
    });
    expect(await store.audit()).toHaveLength(1);
  });

  test('throws what the edit throws, and writes nothing', async () => {
    const store = await storeWithEncore();
    const broken = (): never => {
      throw new RangeError('not like this');
    };
    await expect(store.update(AUTHOR, ENCORE, broken)).rejects.toThrow('not like this');
    expect(await store.audit()).toHaveLength(1);
  });

  test('says when the environment does not exist', async () => {
    const store = await storeWithEncore();
    expect(await store.update(AUTHOR, { ...ENCORE, environment: STAGING }, switchOff)).toEqual({
      outcome: 'not-found',
    });
  });

  test.each([
    ['an older version', 7, { outcome: 'conflict', currentVersion: 1 }],
    ['that there is nothing', 'absent', { outcome: 'conflict', currentVersion: 1 }],
    ['the version that is there', 1, { outcome: 'changed' }],
    ['nothing in particular', undefined, { outcome: 'changed' }],
  ] as const)('that expects %s', async (_what, expectedVersion, outcome) => {
    const store = await storeWithEncore();
    expect(await store.update(AUTHOR, ENCORE, switchOff, { expectedVersion })).toMatchObject(outcome);
  });
});

describe('while others write the same flag', () => {
  /** Another writer adds a target each time, between the reading and the writing of the update. */
  const interrupted = (store: Store, times: number): Pick<Store, 'snapshot' | 'change'> => {
    let left = times;
    return {
      snapshot: (environment) => store.snapshot(environment),
      change: async (author, change) => {
        if (left > 0) {
          left -= 1;
          const definition = aFlag('encore', { targets: [{ variation: 0, values: [`listener-${left}`] }] });
          await store.change(AUTHOR, { ...putFlag('encore'), type: 'put-flag', definition });
        }
        return store.change(author, change);
      },
    };
  };

  test('the edit is made again on what they wrote', async () => {
    const store = await storeWithEncore();
    await updateItem(interrupted(store, 3), AUTHOR, ENCORE, switchOff);
    expect(flagOf(store, 'encore')?.definition).toMatchObject({
      on: false,
      targets: [{ values: ['listener-0'] }],
    });
  });

  test('an update that expects a version ends in a conflict with theirs', async () => {
    const store = await storeWithEncore();
    expect(
      await updateItem(interrupted(store, 1), AUTHOR, ENCORE, switchOff, { expectedVersion: 1 }),
    ).toEqual({ outcome: 'conflict', currentVersion: 2 });
    expect(flagOf(store, 'encore')?.definition.on).toBe(true);
  });

  test('it gives up when they never stop, and nothing of it is written', async () => {
    const store = await storeWithEncore();
    await expect(updateItem(interrupted(store, 1_000), AUTHOR, ENCORE, switchOff)).rejects.toThrow(
      StoreUnavailableError,
    );
    expect(flagOf(store, 'encore')?.definition.on).toBe(true);
  });

  test('none of twenty edits at once is lost', async () => {
    const store = await storeWithEncore();
    const names = Array.from({ length: 20 }, (_, index) => `listener-${index}`);
    await Promise.all(
      names.map((name) =>
        store.update(AUTHOR, ENCORE, (current) => {
          const values = [...(current?.definition.targets?.[0]?.values ?? []), name];
          const definition = aFlag('encore', { targets: [{ variation: 0, values }] });
          return { outcome: 'edited', draft: { definition } };
        }),
      ),
    );
    expect(flagOf(store, 'encore')?.definition.targets?.[0]?.values.toSorted()).toEqual(names.toSorted());
  });
});
