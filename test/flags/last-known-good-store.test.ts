import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { interfaces } from '@launchdarkly/node-server-sdk';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
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

const open = (path: string, options: Partial<LastKnownGoodStoreOptions> = {}): LastKnownGoodStore => {
  const store = openLastKnownGoodStore({
    path,
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

const reopened = (path: string, options: Partial<LastKnownGoodStoreOptions> = {}) =>
  versions(open(path, options));

describe('what was last received', () => {
  test('is there after a restart: flags, segments, tombstones, and when it came', () => {
    const path = join(temporaryFolder(), 'new', 'folder', 'last-known-good.db');
    const store = open(path);
    expect(versions(store)).toBeUndefined();
    put(store, { a: 1, b: 2 });
    upsert(store, 'a', descriptor(3));
    upsert(store, 'b', { version: 4, deleted: true, serializedItem: '{}' });
    store.close();

    const next = open(path);
    expect(versions(next)).toEqual({ a: 3 });
    expect(next.flagKeys()).toEqual(['a']);
    expect(next.receivedAt()).toBe(1_700_000_000_000);
    expect(upsert(next, 'b', descriptor(4))).toMatchObject({ version: 4, deleted: true });
    next.get(SEGMENTS, 'beta', (item) => expect(item).toMatchObject(descriptor(1)));
  });

  test('is replaced as a whole by a put, versions notwithstanding', () => {
    const path = join(temporaryFolder(), 'last-known-good.db');
    const store = open(path);
    put(store, { a: 9, b: 9 });
    put(store, { a: 2 });
    expect(versions(store)).toEqual({ a: 2 });
    store.close();
    expect(reopened(path)).toEqual({ a: 2 });
  });

  test.each([
    ['an older version', 2],
    ['the same version', 3],
  ])('does not give way to %s', (_, version) => {
    const store = open(join(temporaryFolder(), 'last-known-good.db'));
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

    const path = join(temporaryFolder(), 'last-known-good.db');
    for (const [index, scope] of scopes.entries()) put(open(path, { scope }), { a: index + 1 });
    expect(scopes.map((scope) => reopened(path, { scope }))).toEqual([
      { a: 1 },
      { a: 2 },
      { a: 3 },
      { a: 4 },
    ]);
    expect(reopened(path, { scope: 'nobody' })).toBeUndefined();
  });

  test('is forgotten for the keys that were used longest ago', () => {
    const path = join(temporaryFolder(), 'last-known-good.db');
    for (let day = 1; day <= 10; day += 1)
      put(open(path, { scope: `key ${day}`, now: () => day }), { a: day });
    expect(reopened(path, { scope: 'key 2' })).toBeUndefined();
    expect(reopened(path, { scope: 'key 3' })).toEqual({ a: 3 });
  });

  test('is on the disk before the SDK receives it', () => {
    const path = join(temporaryFolder(), 'last-known-good.db');
    const store = open(path);
    const seen: unknown[] = [];
    store.init([{ key: FEATURES, item: [{ key: 'a', item: descriptor(1) }] }], () =>
      seen.push(reopened(path)),
    );
    store.upsert(FEATURES, 'a', descriptor(2), () => seen.push(reopened(path)));
    expect(seen).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('a file that is torn or damaged', () => {
  const big = 'x'.repeat(3000);
  const written = { a: 1, b: 2 };

  /** A file with some pages in it, closed. */
  const sample = (folder: string): string => {
    const path = join(folder, 'sample.db');
    const store = open(path);
    put(store, {});
    for (const [key, version] of Object.entries(written)) {
      upsert(store, key, descriptor(version, JSON.stringify({ key, version, big })));
    }
    store.close();
    return path;
  };

  test('is served as it was written or not at all, wherever it is cut', () => {
    const folder = temporaryFolder();
    const original = sample(folder);
    const size = readFileSync(original).length;
    let damaged = 0;
    for (let cut = 0; cut < size; cut += 509) {
      const path = join(folder, `cut-${cut}.db`);
      copyFileSync(original, path);
      truncateSync(path, cut);
      const logger = createRecordingLogger();
      const store = open(path, { logger });
      const served = versions(store);
      expect([undefined, written]).toContainEqual(served);
      put(store, { c: 7 });
      store.close();
      expect(reopened(path)).toEqual({ c: 7 });
      if (cut > 0 && served === undefined) {
        damaged += 1;
        expect(logger.messages('error')).toEqual(['the last known good flags were damaged']);
        expect(readFileSync(`${path}.damaged-1700000000000`)).toHaveLength(cut);
      }
    }
    // A cut within the last page's unused end damages nothing.
    expect(damaged).toBeGreaterThan(0.8 * (size / 509));
  });

  test('is served as it was written or not at all, whichever byte is wrong', () => {
    const folder = temporaryFolder();
    const original = sample(folder);
    const bytes = readFileSync(original);
    let damaged = 0;
    for (let at = 7; at < bytes.length; at += 97) {
      const path = join(folder, `flip-${at}.db`);
      const copy = Buffer.from(bytes);
      copy.writeUInt8((copy[at] ?? 0) ^ 0xff, at);
      writeFileSync(path, copy);
      const store = open(path);
      const served = versions(store);
      expect([undefined, written]).toContainEqual(served);
      if (served === undefined) damaged += 1;
      store.close();
    }
    expect(damaged).toBeGreaterThan(20);
  });

  test('after a crash in the middle of a write, serves what was acknowledged before', () => {
    const folder = temporaryFolder();
    const live = join(folder, 'live.db');
    const store = open(live);
    put(store, { a: 1 });
    upsert(store, 'a', descriptor(2, JSON.stringify({ big })));
    upsert(store, 'a', descriptor(3, JSON.stringify({ big })));
    const log = readFileSync(`${live}-wal`);
    const served = new Set<number | undefined>();
    for (let cut = 0; cut <= log.length; cut += 1021) {
      const path = join(folder, `torn-${cut}.db`);
      copyFileSync(live, path);
      writeFileSync(`${path}-wal`, log.subarray(0, cut));
      const found = reopened(path)?.['a'];
      expect([undefined, 1, 2, 3]).toContain(found);
      served.add(found);
    }
    copyFileSync(live, join(folder, 'whole.db'));
    copyFileSync(`${live}-wal`, join(folder, 'whole.db-wal'));
    expect(reopened(join(folder, 'whole.db'))).toEqual({ a: 3 });
    expect(served).toContain(1);
    expect(served).toContain(2);
  });

  test('with a value changed by hand is put aside, not believed', () => {
    const folder = temporaryFolder();
    const path = sample(folder);
    const database = new Database(path);
    database.prepare("UPDATE item SET json = replace(json, 'x', 'y') WHERE key = 'a'").run();
    database.close();
    expect(reopened(path)).toBeUndefined();
    expect(existsSync(`${path}.damaged-1700000000000`)).toBe(true);
  });

  test('that is of a later version is left alone', () => {
    const path = sample(temporaryFolder());
    const database = new Database(path);
    database.pragma('user_version = 2');
    database.close();
    const before = readFileSync(path);
    const logger = createRecordingLogger();
    const store = open(path, { logger });
    put(store, { c: 1 });
    expect(versions(store)).toEqual({ c: 1 });
    store.close();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(logger.messages('warn')).not.toEqual([]);
  });
});

describe('when the file cannot be written', () => {
  test('flags go on from memory, one complaint a while, and the file is made up for later', async () => {
    const folder = temporaryFolder();
    const blocked = join(folder, 'data');
    writeFileSync(blocked, 'a file where the folder should be');
    const path = join(blocked, 'last-known-good.db');
    const logger = createRecordingLogger();
    const store = open(path, { logger });
    put(store, { a: 1 });
    upsert(store, 'a', descriptor(2));
    expect(versions(store)).toEqual({ a: 2 });
    expect(logger.messages('warn')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['data']);

    rmSync(blocked);
    mkdirSync(blocked);
    await expect.poll(() => reopened(path), { interval: 10 }).toEqual({ a: 2 });
  });

  test('because somebody else holds it, nothing is lost', async () => {
    const path = join(temporaryFolder(), 'last-known-good.db');
    const store = open(path);
    put(store, { a: 1 });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');

    upsert(store, 'a', descriptor(2));
    expect(versions(store)).toEqual({ a: 2 });
    other.exec('ROLLBACK');
    other.close();

    await expect.poll(() => reopened(path), { interval: 10 }).toEqual({ a: 2 });
  });
});
