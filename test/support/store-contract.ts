import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Flag, Segment } from '../../src/evaluation/model.ts';
import {
  type Author,
  type Change,
  DEFAULT_ENVIRONMENT,
  type EnvironmentRef,
  type FeedEvent,
  type FlagRecord,
  type Store,
} from '../../src/store/store.ts';

export const AUTHOR: Author = { id: 'presenter', via: 'test', address: '127.0.0.1', comment: 'for the show' };
export const STAGING: EnvironmentRef = { project: 'default', environment: 'staging' };

export const SEEDED: Flag = {
  key: 'progressive-rollout',
  version: 7,
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 1 },
  salt: 'top-tracks',
};

export const aFlag = (key: string, changes: Partial<Flag> = {}): Flag => ({
  key,
  version: 1,
  on: true,
  variations: [true, false],
  offVariation: 1,
  fallthrough: { variation: 0 },
  salt: key,
  ...changes,
});

export const aSegment = (key: string, changes: Partial<Segment> = {}): Segment => ({
  key,
  version: 1,
  salt: key,
  included: ['alice'],
  ...changes,
});

export const putFlag = (
  key: string,
  changes: Partial<Flag> = {},
  more: Partial<Extract<Change, { readonly type: 'put-flag' }>> = {},
): Change => ({
  type: 'put-flag',
  environment: DEFAULT_ENVIRONMENT,
  key,
  definition: aFlag(key, changes),
  ...more,
});

export const putSegment = (
  key: string,
  changes: Partial<Segment> = {},
  more: Partial<Extract<Change, { readonly type: 'put-segment' }>> = {},
): Change => ({
  type: 'put-segment',
  environment: DEFAULT_ENVIRONMENT,
  key,
  definition: aSegment(key, changes),
  ...more,
});

export const deleteFlag = (
  key: string,
  more: Partial<Extract<Change, { readonly type: 'delete-flag' }>> = {},
): Change => ({ type: 'delete-flag', environment: DEFAULT_ENVIRONMENT, key, ...more });

export const flagOf = (
  store: Store,
  key: string,
  environment: EnvironmentRef = DEFAULT_ENVIRONMENT,
): FlagRecord | undefined => store.snapshot(environment)?.flags.get(key);

/** What every store of its own contents does, whatever it is made of. The store is seeded with `SEEDED`. */
export function testStore(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => {
    await store.close();
  });

  const snapshot = (environment = DEFAULT_ENVIRONMENT) => {
    const found = store.snapshot(environment);
    if (found === undefined) throw new Error('no such environment');
    return found;
  };
  const changed = async (change: Change) => {
    const outcome = await store.change(AUTHOR, change);
    if (outcome.outcome !== 'changed') throw new Error(`expected a change, got ${outcome.outcome}`);
    return outcome;
  };

  describe('at the first start', () => {
    test('there is the default project with its production environment', () => {
      expect(store.projects()).toEqual([
        { key: 'default', name: 'Default', environments: [{ key: 'production', name: 'Production' }] },
      ]);
    });

    test('the shipped flags are there, at version 1, compiled', () => {
      expect(flagOf(store, 'progressive-rollout')).toMatchObject({
        kind: 'flag',
        version: 1,
        description: null,
        tags: [],
        definition: { ...SEEDED, version: 1 },
      });
      expect(
        snapshot().evaluator.evaluate('progressive-rollout', { kind: 'user', key: 'a' }, true),
      ).toMatchObject({ value: false, variationIndex: 1 });
    });

    test('the audit log says that they were seeded', async () => {
      expect(await store.audit()).toMatchObject([
        { id: 1, author: { via: 'seed' }, key: 'progressive-rollout', action: 'create', before: null },
      ]);
    });

    test('it is ready', () => {
      expect(store.health()).toMatchObject({ ready: true });
    });

    test('an environment that does not exist has no snapshot, and takes no change', async () => {
      expect(store.snapshot(STAGING)).toBeUndefined();
      expect(await store.change(AUTHOR, putFlag('encore', {}, { environment: STAGING }))).toEqual({
        outcome: 'not-found',
      });
    });
  });

  describe('putting', () => {
    test('a new flag is in the snapshot when the change is acknowledged', async () => {
      const before = snapshot();
      const outcome = await changed(putFlag('encore', {}, { description: 'One more', tags: ['live'] }));
      expect(outcome).toMatchObject({ version: 1, sequence: before.sequence + 1 });
      expect(snapshot().sequence).toBe(before.sequence + 1);
      expect(flagOf(store, 'encore')).toEqual(outcome.record);
      expect(outcome.record).toMatchObject({ description: 'One more', tags: ['live'], version: 1 });
      expect(snapshot().evaluator.has('encore')).toBe(true);
      expect(before.evaluator.has('encore')).toBe(false);
      expect(before.flags.has('encore')).toBe(false);
    });

    test('the version is the store’s, in the record and in the definition', async () => {
      await changed(putFlag('encore', { version: 99 }));
      const { version, record } = await changed(putFlag('encore', { on: false, version: 99 }));
      expect(version).toBe(2);
      expect(record).toMatchObject({ version: 2, definition: { version: 2, on: false } });
    });

    test('description and tags stay when they are not named', async () => {
      await changed(putFlag('encore', {}, { description: 'One more', tags: ['live'] }));
      const { record } = await changed(putFlag('encore', { on: false }));
      expect(record).toMatchObject({ description: 'One more', tags: ['live'] });
    });

    test('the time of the last change moves, the time of the first stays', async () => {
      const first = await changed(putFlag('encore'));
      const second = await changed(putFlag('encore', { on: false }));
      expect(second.record?.createdAt).toBe(first.record?.createdAt);
      expect(Date.parse(second.record?.updatedAt ?? '')).toBeGreaterThan(
        Date.parse(first.record?.updatedAt ?? ''),
      );
    });

    test.each([
      ['the same definition', {}],
      ['another version only', { version: 40 }],
    ])('%s changes nothing', async (_, change) => {
      await changed(putFlag('encore', {}, { description: 'One more' }));
      const before = snapshot();
      const outcome = await store.change(AUTHOR, putFlag('encore', change));
      expect(outcome).toEqual({ outcome: 'unchanged', record: flagOf(store, 'encore') });
      expect(snapshot()).toBe(before);
      expect(await store.audit()).toHaveLength(2);
    });

    test('the order of names does not make a change', async () => {
      await changed(putFlag('encore'));
      const reversed = Object.fromEntries(Object.entries(aFlag('encore')).toReversed());
      const definition: Flag = { ...aFlag('encore'), ...reversed };
      expect(await store.change(AUTHOR, putFlag('encore', definition))).toMatchObject({
        outcome: 'unchanged',
      });
    });

    test('values come back exactly', async () => {
      const variations = [
        9_007_199_254_740_991,
        -1e-7,
        0.1 + 0.2,
        'a\u0000b \u{1F3B6} "\\',
        { __proto__: null, b: [null, {}], a: '' },
        null,
      ];
      await changed(putFlag('exact', { variations }));
      expect(flagOf(store, 'exact')?.definition.variations).toEqual(variations);
    });

    test('what the caller does with its objects afterwards does not reach the store', async () => {
      const variations = ['before'];
      await changed(putFlag('encore', { variations }));
      variations[0] = 'after';
      expect(flagOf(store, 'encore')?.definition.variations).toEqual(['before']);
    });

    test('a segment lives in its environment, beside a flag of the same key', async () => {
      await changed(putFlag('vip'));
      const { record } = await changed(putSegment('vip'));
      expect(record).toMatchObject({ kind: 'segment', version: 1, definition: { included: ['alice'] } });
      expect(snapshot().segments.get('vip')).toEqual(record);
      expect(snapshot().flags.get('vip')?.kind).toBe('flag');
    });
  });

  describe('compare-and-set', () => {
    test.each([
      ['the version that is there', 1, 'changed'],
      ['an older version', 0, 'conflict'],
      ['a version that has not been', 2, 'conflict'],
      ['nothing there', 'absent', 'conflict'],
    ] as const)('expecting %s: %#', async (_, expectedVersion, outcome) => {
      await changed(putFlag('encore'));
      const answer = await store.change(AUTHOR, putFlag('encore', { on: false }, { expectedVersion }));
      expect(answer).toMatchObject(
        outcome === 'conflict' ? { outcome, currentVersion: 1 } : { outcome, version: 2 },
      );
      expect(flagOf(store, 'encore')?.definition.on).toBe(outcome === 'conflict');
    });

    test('a new flag only where there is none', async () => {
      expect(await store.change(AUTHOR, putFlag('encore', {}, { expectedVersion: 'absent' }))).toMatchObject({
        outcome: 'changed',
      });
      expect(await store.change(AUTHOR, putFlag('missing', {}, { expectedVersion: 1 }))).toEqual({
        outcome: 'conflict',
        currentVersion: null,
      });
    });

    test('of many at once exactly one wins', async () => {
      await changed(putFlag('encore', { variations: ['start'] }));
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          store.change(AUTHOR, putFlag('encore', { variations: [index] }, { expectedVersion: 1 })),
        ),
      );
      expect(outcomes.filter(({ outcome }) => outcome === 'changed')).toHaveLength(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'conflict')).toHaveLength(49);
      expect(flagOf(store, 'encore')?.version).toBe(2);
    });

    test('a delete can expect a version too', async () => {
      await changed(putFlag('encore'));
      expect(await store.change(AUTHOR, deleteFlag('encore', { expectedVersion: 4 }))).toEqual({
        outcome: 'conflict',
        currentVersion: 1,
      });
      expect(await store.change(AUTHOR, deleteFlag('encore', { expectedVersion: 1 }))).toMatchObject({
        outcome: 'changed',
        record: null,
        version: 2,
      });
    });
  });

  describe('deleting', () => {
    test('a deleted flag is gone, and its versions go on rising when it comes back', async () => {
      await changed(putFlag('encore'));
      await changed(putFlag('encore', { on: false }));
      expect(await changed(deleteFlag('encore'))).toMatchObject({ version: 3, record: null });
      expect(flagOf(store, 'encore')).toBeUndefined();
      expect(snapshot().evaluator.has('encore')).toBe(false);
      expect(await changed(putFlag('encore'))).toMatchObject({ version: 4 });
    });

    test('what is not there cannot be deleted', async () => {
      expect(await store.change(AUTHOR, deleteFlag('encore'))).toEqual({ outcome: 'not-found' });
    });

    test('a flag that others require stays', async () => {
      await changed(putFlag('stage'));
      await changed(putFlag('encore', { prerequisites: [{ key: 'stage', variation: 0 }] }));
      await changed(putFlag('afterparty', { prerequisites: [{ key: 'stage', variation: 0 }] }));
      expect(await store.change(AUTHOR, deleteFlag('stage'))).toEqual({
        outcome: 'in-use',
        by: ['afterparty', 'encore'],
      });
      expect(flagOf(store, 'stage')).toBeDefined();
    });

    test('a segment that flags or segments ask for stays', async () => {
      const asks = (key: string) => ({
        rules: [{ variation: 0, clauses: [{ attribute: '', op: 'segmentMatch', values: [key] } as const] }],
      });
      await changed(putSegment('vip'));
      await changed(putSegment('vip-and-crew', asks('vip')));
      await changed(putFlag('encore', asks('vip')));
      const remove: Change = { type: 'delete-segment', environment: DEFAULT_ENVIRONMENT, key: 'vip' };
      expect(await store.change(AUTHOR, remove)).toEqual({
        outcome: 'in-use',
        by: ['encore', 'vip-and-crew'],
      });
      await changed(deleteFlag('encore'));
      await changed({ ...remove, key: 'vip-and-crew' });
      await changed(remove);
      expect(snapshot().segments.size).toBe(0);
    });
  });

  describe('projects and environments', () => {
    test('a new environment starts with every flag of the project, off', async () => {
      await changed(
        putFlag('encore', {
          targets: [{ variation: 0, values: ['alice'] }],
          rules: [{ variation: 0, clauses: [] }],
          prerequisites: [{ key: 'progressive-rollout', variation: 0 }],
        }),
      );
      expect(await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging')).toBe('created');
      expect([...snapshot(STAGING).flags.keys()].toSorted()).toEqual(['encore', 'progressive-rollout']);
      const { version: _, ...rest } = aFlag('encore', { on: false });
      expect(flagOf(store, 'encore', STAGING)?.definition).toEqual({ ...rest, version: 1 });
      expect(store.projects()[0]?.environments).toEqual([
        { key: 'production', name: 'Production' },
        { key: 'staging', name: 'Staging' },
      ]);
    });

    test('an import is one step for readers, and its changes are undone one by one', async () => {
      const events: FeedEvent[] = [];
      const unsubscribe = store.subscribe((event) => void events.push(event));
      const environment = { project: 'club', environment: 'live' };
      const changes = Array.from({ length: 450 }, (_, nth) => putFlag(`flag-${nth}`, {}, { environment }));
      await store.importAll(AUTHOR, {
        projects: [{ key: 'club', name: 'The club' }],
        environments: [{ project: 'club', key: 'live', name: 'Live' }],
        changes: [...changes, putFlag('flag-0', { on: false }, { environment })],
      });
      unsubscribe();
      expect(events.map(({ changes: { length } }) => length)).toEqual([450]);
      expect(store.snapshot(environment)?.flags.get('flag-0')).toMatchObject({
        version: 2,
        definition: { on: false },
      });
      const [, last] = await store.audit({ environment, limit: 2 });
      await store.undo(AUTHOR, last?.id ?? 0);
      expect(store.snapshot(environment)?.flags.size).toBe(449);
      expect(await store.verifyAudit()).toMatchObject({ ok: true });
    });

    test('making what exists, or in a project that does not, says so', async () => {
      expect(await store.createProject(AUTHOR, 'club', 'The club')).toBe('created');
      expect(await store.createProject(AUTHOR, 'club', 'The club')).toBe('exists');
      expect(await store.createEnvironment(AUTHOR, 'club', 'test', 'Test')).toBe('created');
      expect(await store.createEnvironment(AUTHOR, 'club', 'test', 'Test')).toBe('exists');
      expect(await store.createEnvironment(AUTHOR, 'nowhere', 'test', 'Test')).toBe('not-found');
      expect(snapshot({ project: 'club', environment: 'test' })).toMatchObject({ sequence: 0 });
    });

    test('a flag is made in all environments of its project, off in the others; nothing crosses to another project', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      await store.createProject(AUTHOR, 'club', 'The club');
      await store.createEnvironment(AUTHOR, 'club', 'production', 'Production');
      await changed(putFlag('encore', { rules: [{ variation: 1, clauses: [] }] }));
      expect(flagOf(store, 'encore')?.definition).toMatchObject({ on: true, rules: [{ variation: 1 }] });
      expect(flagOf(store, 'encore', STAGING)?.definition).toMatchObject({ on: false });
      expect(flagOf(store, 'encore', STAGING)?.definition.rules).toBeUndefined();
      expect(snapshot({ project: 'club', environment: 'production' }).flags.size).toBe(0);
    });

    test('each environment has its own state and counter, and one delete ends the flag everywhere', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      await changed(putFlag('encore'));
      const here = snapshot().sequence;
      const there = snapshot(STAGING).sequence;
      await changed(putFlag('encore', { fallthrough: { variation: 1 } }, { environment: STAGING }));
      expect(snapshot().sequence).toBe(here);
      expect(snapshot(STAGING).sequence).toBe(there + 1);
      expect(flagOf(store, 'encore')?.version).toBe(1);

      await changed(deleteFlag('encore'));
      expect(flagOf(store, 'encore')).toBeUndefined();
      expect(flagOf(store, 'encore', STAGING)).toBeUndefined();
      const entries = await store.audit({ key: 'encore', limit: 2 });
      expect(entries.map(({ action, environment }) => [action, environment.environment])).toEqual([
        ['delete', 'staging'],
        ['delete', 'production'],
      ]);
      expect(entries[0]?.operation).toBe(entries[1]?.id);
    });

    test('a flag that is required in another environment stays', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      await changed(putFlag('stage'));
      await changed(putFlag('encore'));
      const requires = { prerequisites: [{ key: 'stage', variation: 0 }] };
      await changed(putFlag('encore', requires, { environment: STAGING }));
      expect(await store.change(AUTHOR, deleteFlag('stage'))).toEqual({
        outcome: 'in-use',
        by: ['encore'],
      });
    });
  });

  describe('the change feed', () => {
    test('every change is heard once, in order, after the snapshot was replaced', async () => {
      const heard: FeedEvent[] = [];
      const current: boolean[] = [];
      const leave = store.subscribe((event) => {
        heard.push(event);
        current.push(event.snapshot === store.snapshot(event.environment));
      });
      await changed(putFlag('encore'));
      await changed(putFlag('encore', { on: false }));
      await changed(deleteFlag('encore'));
      leave();
      await changed(putFlag('encore'));

      const start = heard[0]?.previous.sequence ?? Number.NaN;
      expect(heard.flatMap(({ changes }) => changes)).toEqual([
        { kind: 'flag', key: 'encore', version: 1, sequence: start + 1, deleted: false },
        { kind: 'flag', key: 'encore', version: 2, sequence: start + 2, deleted: false },
        { kind: 'flag', key: 'encore', version: 3, sequence: start + 3, deleted: true },
      ]);
      expect(current).toEqual([true, true, true]);
      expect(heard[1]?.previous).toBe(heard[0]?.snapshot);
    });

    test('changes that together are one step are heard in each environment', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      const heard: FeedEvent[] = [];
      store.subscribe((event) => heard.push(event));
      await changed(putFlag('encore'));
      expect(heard.map(({ environment }) => environment.environment)).toEqual(['production', 'staging']);
    });

    test('one that throws keeps neither the others nor the store from going on', async () => {
      const heard: string[] = [];
      store.subscribe(() => {
        throw new Error('a broken listener');
      });
      store.subscribe(({ changes }) => heard.push(...changes.map(({ key }) => key)));
      await changed(putFlag('encore'));
      expect(heard).toEqual(['encore']);
      expect(flagOf(store, 'encore')).toBeDefined();
    });

    test('what changed since a moment is known, tombstones included, each item once', async () => {
      const start = snapshot().sequence;
      await changed(putFlag('a'));
      await changed(putFlag('b'));
      await changed(putFlag('a', { on: false }));
      await changed(deleteFlag('b'));
      expect(store.changesSince(DEFAULT_ENVIRONMENT, start)).toEqual([
        { kind: 'flag', key: 'a', version: 2, sequence: start + 3, deleted: false },
        { kind: 'flag', key: 'b', version: 2, sequence: start + 4, deleted: true },
      ]);
      expect(store.changesSince(DEFAULT_ENVIRONMENT, start + 3)).toHaveLength(1);
      expect(store.changesSince(DEFAULT_ENVIRONMENT, start + 4)).toEqual([]);
      expect(store.changesSince(DEFAULT_ENVIRONMENT, start + 5)).toBeUndefined();
      expect(store.changesSince(STAGING, 0)).toBeUndefined();
    });
  });

  describe('the audit log', () => {
    test('says who, what, before and after, by which way', async () => {
      const first = await changed(putFlag('encore'));
      const second = await changed(putFlag('encore', { on: false }));
      const third = await changed(deleteFlag('encore'));
      const entries = await store.audit({ key: 'encore' });
      expect(entries).toMatchObject([
        { id: third.auditId, action: 'delete', before: second.record, after: null },
        { id: second.auditId, action: 'update', before: first.record, after: second.record },
        { id: first.auditId, action: 'create', before: null, after: first.record },
      ]);
      expect(entries.map(({ author }) => author)).toEqual([AUTHOR, AUTHOR, AUTHOR]);
      expect(entries[0]).toMatchObject({ kind: 'flag', environment: DEFAULT_ENVIRONMENT, undoes: null });
      expect(entries[0]?.sequence).toBe(third.sequence);
      expect(entries[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    });

    test('is paged, newest first, and filtered', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      await changed(putFlag('a'));
      await changed(putSegment('a'));
      const all = await store.audit();
      const firstPage = await store.audit({ limit: 2 });
      expect(firstPage).toEqual(all.slice(0, 2));
      expect(await store.audit({ limit: 2, before: firstPage[1]?.id ?? 0 })).toEqual(all.slice(2, 4));
      expect(await store.audit({ kind: 'segment' })).toHaveLength(1);
      expect(await store.audit({ environment: STAGING })).toHaveLength(2);
      expect(await store.audit({ key: 'a', kind: 'flag', environment: DEFAULT_ENVIRONMENT })).toHaveLength(1);
      await expect(store.audit({ limit: 0 })).rejects.toThrow(RangeError);
      await expect(store.audit({ limit: 201 })).rejects.toThrow(RangeError);
    });

    test('its chain verifies', async () => {
      await changed(putFlag('encore'));
      await changed(putSegment('vip'));
      await changed(deleteFlag('encore'));
      expect(await store.verifyAudit()).toEqual({ ok: true, entries: 4 });
    });
  });

  describe('undoing', () => {
    test('an update puts back what was before, as a new change', async () => {
      await changed(putFlag('encore', {}, { description: 'before', tags: ['x'] }));
      const { auditId } = await changed(putFlag('encore', { on: false }, { description: 'after' }));
      const outcome = await store.undo(AUTHOR, auditId);
      expect(outcome).toMatchObject({ outcome: 'changed', version: 3 });
      expect(flagOf(store, 'encore')).toMatchObject({
        version: 3,
        description: 'before',
        tags: ['x'],
        definition: { on: true, version: 3 },
      });
      expect((await store.audit({ limit: 1 }))[0]).toMatchObject({ undoes: auditId, action: 'update' });
    });

    test('a creation ends the flag, a deletion brings it back, an undo can be undone', async () => {
      const { auditId: created } = await changed(putFlag('encore'));
      expect(await store.undo(AUTHOR, created)).toMatchObject({ outcome: 'changed', record: null });
      const [deletion] = await store.audit({ limit: 1 });
      expect(await store.undo(AUTHOR, deletion?.id ?? 0)).toMatchObject({ outcome: 'changed', version: 3 });
      expect(flagOf(store, 'encore')?.definition).toEqual(aFlag('encore', { version: 3 }));
      expect(await store.verifyAudit()).toMatchObject({ ok: true });
    });

    test('a deletion is undone in every environment, each with the state it had', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      await changed(putFlag('encore'));
      await changed(putFlag('encore', { fallthrough: { variation: 1 } }, { environment: STAGING }));
      const { auditId } = await changed(deleteFlag('encore'));
      await store.undo(AUTHOR, auditId);
      expect(flagOf(store, 'encore')?.definition).toMatchObject({ fallthrough: { variation: 0 } });
      expect(flagOf(store, 'encore', STAGING)?.definition).toMatchObject({ fallthrough: { variation: 1 } });
    });

    test('what is so already is not changed', async () => {
      await changed(putFlag('encore'));
      const { auditId } = await changed(putFlag('encore', { on: false }));
      await changed(putFlag('encore', { on: true }));
      expect(await store.undo(AUTHOR, auditId)).toMatchObject({ outcome: 'unchanged' });
    });

    test('an entry that does not exist cannot be undone', async () => {
      expect(await store.undo(AUTHOR, 4711)).toEqual({ outcome: 'not-found' });
      expect(await store.undo(AUTHOR, 0)).toEqual({ outcome: 'not-found' });
    });

    test('a flag that came with a new environment does not leave it alone', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      const [entry] = await store.audit({ environment: STAGING });
      expect(await store.undo(AUTHOR, entry?.id ?? 0)).toEqual({
        outcome: 'in-use',
        by: ['default/production'],
      });
    });
  });

  describe('importing', () => {
    const restored = (version: number) => ({
      version,
      createdAt: '2020-01-01T00:00:00.000Z',
      updatedAt: '2021-01-01T00:00:00.000Z',
    });

    test('an item may keep its version and times, and comes again without a change', async () => {
      const put = putFlag('encore', {}, { restored: restored(12) });
      const { record } = await changed(put);
      expect(record).toMatchObject(restored(12));
      expect(await store.change(AUTHOR, put)).toMatchObject({ outcome: 'unchanged' });
    });

    test('its copies in other environments leave room for their own import', async () => {
      await store.createEnvironment(AUTHOR, 'default', 'staging', 'Staging');
      await changed(putFlag('encore', {}, { restored: restored(3) }));
      await changed(putFlag('encore', {}, { restored: restored(1), environment: STAGING }));
      expect(flagOf(store, 'encore', STAGING)).toMatchObject(restored(1));
    });

    test('not below a version that the key has had, tombstones included', async () => {
      await changed(putFlag('encore'));
      await changed(deleteFlag('encore'));
      expect(await store.change(AUTHOR, putFlag('encore', {}, { restored: restored(2) }))).toEqual({
        outcome: 'conflict',
        currentVersion: null,
      });
    });
  });
}

/** A clock that moves on by a second with every look. */
export function tickingClock(start = Date.UTC(2026, 0, 1)): () => number {
  let time = start;
  return () => (time += 1_000);
}
