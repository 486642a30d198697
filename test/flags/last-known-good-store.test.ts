import { copyFileSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { interfaces } from '@launchdarkly/node-server-sdk';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lastKnownGoodFile } from '../../src/flags/last-known-good-file.ts';
import {
  openLastKnownGoodStore,
  scopeOf,
  type LastKnownGoodStore,
  type LastKnownGoodStoreOptions,
} from '../../src/flags/last-known-good-store.ts';
import { createRecordingLogger } from '../support/recording-logger.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const kindOf = (namespace: string): interfaces.PersistentStoreDataKind => ({
  namespace,
  deserialize: () => undefined,
});
const FEATURES = kindOf('features');
const SEGMENTS = kindOf('segments');

const descriptor = (version: number, text = `{"version":${version}}`) => ({ version, serializedItem: text });

const open = (folder: string, options: Partial<LastKnownGoodStoreOptions> = {}): LastKnownGoodStore => {
  const store = openLastKnownGoodStore({
    folder,
    scope: 'ours',
    now: () => 1_700_000_000_000,
    logger: createRecordingLogger(),
    onReplaced: () => {},
    retryAfterMs: 10,
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
};

const put = (store: LastKnownGoodStore, flags: { readonly [key: string]: number }) =>
  store.init(
    [
      {
        key: FEATURES,
        item: Object.entries(flags).map(([key, version]) => ({ key, item: descriptor(version) })),
      },
      { key: SEGMENTS, item: [{ key: 'beta', item: descriptor(1) }] },
    ],
    () => {},
  );

const upsert = (store: LastKnownGoodStore, key: string, item: interfaces.SerializedItemDescriptor) => {
  let answer: interfaces.SerializedItemDescriptor | undefined;
  store.upsert(FEATURES, key, item, (_, updated) => {
    answer = updated;
  });
  return answer;
};

/** The versions of the flags that a store would serve; undefined when it holds nothing. */
const versions = (store: LastKnownGoodStore): { readonly [key: string]: number } | undefined => {
  if (store.receivedAt() === undefined) return undefined;
  let found: { readonly [key: string]: number } = {};
  store.getAll(FEATURES, (items = []) => {
    found = Object.fromEntries(
      items.filter(({ item }) => item.deleted !== true).map(({ key, item }) => [key, item.version]),
    );
  });
  return found;
};

const reopened = (folder: string, options: Partial<LastKnownGoodStoreOptions> = {}) =>
  versions(open(folder, options));

describe('what was last received', () => {
  test('is there after a restart: flags, segments, tombstones, and when it came', () => {
    const folder = join(temporaryFolder(), 'new', 'folder');
    const store = open(folder);
    expect(versions(store)).toBeUndefined();
    put(store, { a: 1, b: 2 });
    upsert(store, 'a', descriptor(3));
    upsert(store, 'b', { version: 4, deleted: true, serializedItem: '{}' });
    store.close();

    const next = open(folder);
    expect(versions(next)).toEqual({ a: 3 });
    expect(next.flagKeys()).toEqual(['a']);
    expect(next.receivedAt()).toBe(1_700_000_000_000);
    expect(upsert(next, 'b', descriptor(4))).toMatchObject({ version: 4, deleted: true });
    next.get(SEGMENTS, 'beta', (item) => expect(item).toMatchObject(descriptor(1)));
  });

  test('is replaced as a whole by a put, versions notwithstanding', () => {
    const folder = temporaryFolder();
    const store = open(folder);
    put(store, { a: 9, b: 9 });
    put(store, { a: 2 });
    expect(versions(store)).toEqual({ a: 2 });
    store.close();
    expect(reopened(folder)).toEqual({ a: 2 });
  });

  test.each([
    ['an older version', 2],
    ['the same version', 3],
  ])('does not give way to %s', (_, version) => {
    const store = open(temporaryFolder());
    put(store, { a: 3 });
    expect(upsert(store, 'a', descriptor(version))).toEqual({ ...descriptor(3), deleted: false });
    expect(versions(store)).toEqual({ a: 3 });
  });

  test('is kept apart by SDK key and by address', () => {
    const scopes = [
      scopeOf('key', undefined, undefined),
      scopeOf('other key', undefined, undefined),
      scopeOf('key', 'http://relay', undefined),
      scopeOf('key', undefined, 'http://relay'),
    ];
    expect(new Set(scopes).size).toBe(4);

    const folder = temporaryFolder();
    for (const [index, scope] of scopes.entries()) put(open(folder, { scope }), { a: index + 1 });
    expect(scopes.map((scope) => reopened(folder, { scope }))).toEqual([
      { a: 1 },
      { a: 2 },
      { a: 3 },
      { a: 4 },
    ]);
    expect(reopened(folder, { scope: 'nobody' })).toBeUndefined();
  });

  test('is forgotten for the keys that were used longest ago', () => {
    const folder = temporaryFolder();
    for (let day = 1; day <= 10; day += 1) {
      put(open(folder, { scope: `key ${day}` }), { a: day });
      utimesSync(lastKnownGoodFile(folder, `key ${day}`), day, day);
    }
    expect(reopened(folder, { scope: 'key 2' })).toBeUndefined();
    expect(reopened(folder, { scope: 'key 3' })).toEqual({ a: 3 });
  });

  test('is on the disk before the SDK receives it', () => {
    const folder = temporaryFolder();
    const store = open(folder);
    const seen: unknown[] = [];
    store.init([{ key: FEATURES, item: [{ key: 'a', item: descriptor(1) }] }], () =>
      seen.push(reopened(folder)),
    );
    store.upsert(FEATURES, 'a', descriptor(2), () => seen.push(reopened(folder)));
    expect(seen).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('a file that is damaged', () => {
  const written = { a: 1, b: 2 };

  /** The bytes of a file with two flags. */
  const sample = (folder: string): Buffer => {
    const store = open(folder);
    put(store, written);
    store.close();
    return readFileSync(lastKnownGoodFile(folder, 'ours'));
  };

  const everySeventh = (bytes: Buffer): readonly number[] => [...bytes.keys()].filter((at) => at % 7 === 0);
  const damages: readonly (readonly [string, (bytes: Buffer) => readonly Buffer[]])[] = [
    ['wherever it is cut', (bytes) => everySeventh(bytes).map((length) => bytes.subarray(0, length))],
    [
      'whichever byte is wrong',
      (bytes) =>
        everySeventh(bytes).map((at) => {
          const copy = Buffer.from(bytes);
          copy.writeUInt8((copy[at] ?? 0) ^ 0xff, at);
          return copy;
        }),
    ],
  ];

  test.each(damages)('is put aside and not served, %s', (_, spoil) => {
    for (const bytes of spoil(sample(temporaryFolder()))) {
      const folder = temporaryFolder();
      const file = lastKnownGoodFile(folder, 'ours');
      writeFileSync(file, bytes);
      const logger = createRecordingLogger();
      const store = open(folder, { logger });
      expect(versions(store)).toBeUndefined();
      expect(logger.messages('error')).toEqual(['the last known good flags were damaged']);
      expect(readFileSync(`${file}.damaged-1700000000000`).equals(bytes)).toBe(true);
      put(store, { c: 7 });
      expect(reopened(folder)).toEqual({ c: 7 });
    }
  });

  test('because it is a copy of another project’s is not served', () => {
    const folder = temporaryFolder();
    put(open(folder, { scope: 'theirs' }), { a: 1 });
    copyFileSync(lastKnownGoodFile(folder, 'theirs'), lastKnownGoodFile(folder, 'ours'));
    expect(reopened(folder)).toBeUndefined();
  });
});

test('when the file cannot be written, flags go on from memory, one complaint a while, and it is made up for later', async () => {
  const parent = temporaryFolder();
  const folder = join(parent, 'data');
  writeFileSync(folder, 'a file where the folder should be');
  const logger = createRecordingLogger();
  const store = open(folder, { logger });
  put(store, { a: 1 });
  upsert(store, 'a', descriptor(2));
  expect(versions(store)).toEqual({ a: 2 });
  expect(logger.messages('warn')).toHaveLength(1);
  expect(readdirSync(parent)).toEqual(['data']);

  rmSync(folder);
  await expect.poll(() => reopened(folder), { interval: 10 }).toEqual({ a: 2 });
});
