import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import writeFileAtomic from 'write-file-atomic';
import { FeatureStorageError, unexpected } from './feature-error.ts';
import { readFeatureList, writeFeatureList } from './feature-list.ts';
import { optionalPackage } from './optional-package.ts';
import { featureStorageIn, type FeatureStorage } from './feature-storage.ts';

export interface FileOptions {
  /** Milliseconds, from the call on, that a change waits while others write the file: 0 or more. Default 10,000. */
  readonly lockTimeoutMs?: number;
}

const LOCK_POLL_MS = 5;

/**
 * Features in one JSON file, a list. It is written aside and renamed, so that a crash leaves the old file or the new one.
 * Any number of storages and processes on one machine may write it; they lock an empty file beside it, `<file>.lock`.
 * The folder must exist; the file need not.
 *
 * People may edit the file: unknown fields are kept (numbers past 2^53 in them lose digits with the next change of any
 * feature), and calls for an unreadable feature reject while the others work. Where the whole file is unreadable (not
 * JSON, not a list, an item without a name, a name twice) every call rejects with a FeatureError that names it, and the
 * file is left alone. A change that waited `lockTimeoutMs` rejects with a FeatureStorageError.
 *
 * @throws FeatureError at once, for an invalid `lockTimeoutMs`
 */
export function fileFeatureStorage(file: string, options: FileOptions = {}): FeatureStorage {
  const { lockTimeoutMs = 10_000 } = options;
  if (!(typeof lockTimeoutMs === 'number' && lockTimeoutMs >= 0)) {
    throw unexpected('lockTimeoutMs', 'milliseconds, 0 or more', lockTimeoutMs);
  }
  return featureStorageIn({
    where: file,
    turns: 'all',
    read: async (name) => (await textsIn(file)).get(name),
    replace: (name, old, next, calledAt) =>
      locked(file, lockTimeoutMs, calledAt, async () => {
        const texts = await textsIn(file);
        if (texts.get(name) !== old) return false;
        await writeFileAtomic(file, writeFeatureList(texts, name, next));
        return true;
      }),
    names: async () => [...(await textsIn(file)).keys()],
    close: () => Promise.resolve(),
  });
}

async function textsIn(file: string): Promise<ReadonlyMap<string, string>> {
  try {
    return readFeatureList((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''), file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return new Map();
    throw error;
  }
}

/** SQLite's lock: the system releases it when its holder dies. A lock file would need guesses about that. */
async function locked<Result>(
  file: string,
  timeoutMs: number,
  calledAt: number,
  task: () => Promise<Result>,
): Promise<Result> {
  const Sqlite = optionalPackage('better-sqlite3');
  const lock = new Sqlite(`${await realPathOf(file)}.lock`, { timeout: 0 });
  try {
    while (!took(lock)) {
      if (performance.now() - calledAt >= timeoutMs) {
        throw new FeatureStorageError(`${file}: others kept it locked for ${timeoutMs} ms`);
      }
      await delay(LOCK_POLL_MS);
    }
    return await task();
  } finally {
    lock.close();
  }
}

function took(lock: Database.Database): boolean {
  try {
    lock.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (codeOf(error) === 'SQLITE_BUSY') return false;
    throw error;
  }
}

/** The same lock for every link to a file. */
async function realPathOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return join(await realpath(dirname(file)), basename(file));
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
