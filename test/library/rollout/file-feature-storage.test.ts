import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  FeatureError,
  FeatureStorageError,
  Feature,
  Rollout,
  fileFeatureStorage,
} from '../../../src/library/rollout/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { holdWriteLock } from '../../support/write-lock.ts';

const rolloutOn = (file: string, lockTimeoutMs = 5_000): Rollout =>
  new Rollout({ featureStorage: fileFeatureStorage(file, { lockTimeoutMs }) });

const chat = { name: 'chat', groups: [], users: [], percentage: 5, randomize: false, property: {}, data: {} };
const search = { ...chat, name: 'search' };

function fileWith(content: unknown): string {
  const file = join(temporaryFolder(), 'features.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('features outlive the program', async () => {
  const file = join(temporaryFolder(), 'features.json');
  await rolloutOn(file).activate('chat');
  expect(await rolloutOn(file).active('chat')).toBe(true);
});

describe('a file that people edited', () => {
  test.each<[string, unknown, RegExp]>([
    ['is cut off', '{', /expected a JSON list of features, got no JSON/],
    ['is empty', '', /expected a JSON list of features, got no JSON/],
    ['is no list', {}, /expected a JSON list of features, got \{\}/],
    ['has an item that is none', [chat, null], /item 1: expected a feature with a name, got null/],
    ['has an item without a name', [{ percentage: 5 }], /item 0: expected a feature with a name/],
    ['has a name twice', [chat, search, { ...chat, users: ['1'] }], /item 2: feature chat is there twice/],
  ])('that %s is named in the error, and left as it is', async (_, content, message) => {
    const file = fileWith(content);
    const before = readFileSync(file, 'utf8');
    const rollout = rolloutOn(file);
    for (const call of [
      () => rollout.can({ id: 1 }, 'chat'),
      () => rollout.activate('chat'),
      () => rollout.delete('chat'),
    ]) {
      const failure = await call().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FeatureError);
      expect(failure).toHaveProperty('message', expect.stringContaining(file));
      expect(failure).toHaveProperty('message', expect.stringMatching(message));
    }
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test.each<[string, object, RegExp]>([
    ['a percentage as text', { ...chat, percentage: '5' }, /feature chat: percentage: .* got '5'/],
    ['a percentage over 100', { ...chat, percentage: 500 }, /feature chat: percentage: .* got 500/],
    ['a number as a user', { ...chat, users: [5] }, /feature chat: users.0: .* got 5/],
    ['a field that is missing', { name: 'chat' }, /feature chat: groups: .* got undefined/],
    [
      '__proto__ in data',
      { ...chat, data: JSON.parse('{"__proto__":1}') as object },
      /chat: data: .*__proto__/,
    ],
  ])('with %s names file and feature, and the others go on', async (_, item, message) => {
    const file = fileWith([item, search]);
    const rollout = rolloutOn(file);
    const failure = await rollout.can({ id: 1 }, 'chat').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FeatureError);
    expect(failure).toHaveProperty('message', expect.stringContaining(file));
    expect(failure).toHaveProperty('message', expect.stringMatching(message));
    expect(await rollout.can({ id: 1 }, 'search')).toBe(true);
    await rollout.activate('search');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([item, { ...search, percentage: 100 }]);
  });

  test('keeps the fields that are not ours through changes', async () => {
    const file = fileWith([{ ...chat, ticket: 'OPS-1', note: { by: 'operations' } }]);
    await rolloutOn(file).activateUser('chat', { id: 7 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([
      { ...chat, users: ['7'], ticket: 'OPS-1', note: { by: 'operations' } },
    ]);
  });

  test('may begin with a byte order mark', async () => {
    expect(await rolloutOn(fileWith(`\uFEFF${JSON.stringify([chat])}`)).can({ id: 1 }, 'chat')).toBe(true);
  });
});

describe('several writers of one file', () => {
  test('take turns, also through a link', async () => {
    const file = fileWith([]);
    const link = `${file}.link`;
    symlinkSync(file, link);
    const [one, two] = [rolloutOn(file), rolloutOn(link)];
    await Promise.all(
      Array.from({ length: 20 }, (_, id) => (id % 2 === 0 ? one : two).activateUser('chat', { id })),
    );
    expect((await one.get('chat'))?.users).toHaveLength(20);
  });

  test('take turns as processes', async () => {
    const file = join(temporaryFolder(), 'features.json');
    const library = pathToFileURL(join(import.meta.dirname, '../../../src/library/rollout/index.ts')).href;
    const writers = [0, 10, 20].map((first) =>
      spawn(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `import { Rollout, fileFeatureStorage } from ${JSON.stringify(library)};
           const rollout = new Rollout({ featureStorage: fileFeatureStorage(${JSON.stringify(file)}) });
           for (let id = ${first}; id < ${first + 10}; id += 1) await rollout.activateUser('chat', { id });`,
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      ),
    );
    const codes = await Promise.all(
      writers.map(async (writer): Promise<unknown> => (await once(writer, 'exit'))[0]),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect((await rolloutOn(file).get('chat'))?.users).toHaveLength(30);
  });

  test('do not wait for ever for one that is stuck, nor at all for one that died', async () => {
    const file = fileWith([chat]);
    const stuck = await holdWriteLock(`${file}.lock`);
    const waiting = rolloutOn(file, 50).activate('chat');
    await expect(waiting).rejects.toThrow(FeatureStorageError);
    await expect(waiting).rejects.toThrow(`${file}: others kept it locked for 50 ms`);
    expect(await rolloutOn(file).can({ id: 7 }, 'chat')).toBe(false);
    await stuck.release();
    await rolloutOn(file, 50).activate('chat');
    expect(await rolloutOn(file).can({ id: 7 }, 'chat')).toBe(true);
  });

  test('all wait from their call on, however many there are', async () => {
    const file = fileWith([chat]);
    await holdWriteLock(`${file}.lock`);
    const rollout = rolloutOn(file, 500);
    // One after the other they would wait for longer than any test may take.
    const changes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => rollout.activate(`feature ${index}`)),
    );
    expect(changes.every(({ status }) => status === 'rejected')).toBe(true);
  });

  test('wait by the clock, also in a program that is busy', async () => {
    const file = fileWith([chat]);
    await holdWriteLock(`${file}.lock`);
    const busy = setInterval(() => {
      const start = performance.now();
      while (performance.now() - start < 500);
    });
    onTestFinished(() => clearInterval(busy));
    // Counted in looks at the lock, this would take longer than any test may.
    await expect(rolloutOn(file, 500).activate('chat')).rejects.toThrow(FeatureStorageError);
  });

  test.each([Number.NaN, -1])('do not wait for %d ms', (lockTimeoutMs) => {
    const open = (): unknown => fileFeatureStorage('features.json', { lockTimeoutMs });
    expect(open).toThrow(FeatureError);
    expect(open).toThrow(`lockTimeoutMs: expected milliseconds, 0 or more, got ${lockTimeoutMs}`);
  });

  test('need a folder, which the error names', async () => {
    const file = join(temporaryFolder(), 'missing', 'features.json');
    await expect(rolloutOn(file).activate('chat')).rejects.toThrow(file);
    await expect(rolloutOn(file).addFeature(new Feature('chat'))).rejects.toThrow(FeatureStorageError);
    expect(existsSync(file)).toBe(false);
  });
});
