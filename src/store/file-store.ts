import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { FlagSet } from '../evaluation/evaluator.ts';
import { verifyAuditChain, presentItems } from './audit-chain.ts';
import { NO_CONTENTS, parseContents, printContents, withStep } from './file-contents.ts';
import { firstStep } from './first-step.ts';
import type { Step } from './journal.ts';
import { createLocalStore } from './local-store.ts';
import { type Log, SILENT_LOG } from './log.ts';
import { EMPTY_STATE, advance } from './state.ts';
import { type Store, StoreUnavailableError } from './store.ts';

export interface FileStoreOptions {
  readonly file: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What a file that is not there yet starts with. Default: no flags. */
  readonly seedFlags?: FlagSet;
  /** Default: silent. */
  readonly log?: Log;
}

/** The file is not a store's, is damaged, or was edited by hand. It is left as it is. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError';
}

/**
 * A store in one JSON file that people can read and keep under version control. Every change writes the whole file
 * beside the old one and puts it in its place, so it suits hundreds of flags, not thousands, and one process at a time.
 * Throws StoreFileError.
 */
export async function openFileStore({
  file,
  now,
  seedFlags = { flags: {}, segments: {} },
  log = SILENT_LOG,
}: FileStoreOptions): Promise<Store> {
  await mkdir(dirname(file), { recursive: true });
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StoreFileError(`${file} cannot be read: ${error.message}`, { cause: error });
  });
  let all = text === undefined ? NO_CONTENTS : await readContents(file, text);
  let written = text === undefined ? undefined : await fingerprint(file);

  const keep = async (step: Step): Promise<void> => {
    const next = withStep(all, step);
    try {
      if ((await fingerprint(file)) !== written) {
        throw new StoreUnavailableError(`${file} was changed by somebody else; start again to read it`, 60);
      }
      await writeFileAtomic(file, printContents(next));
      await syncFolder(dirname(file));
      written = await fingerprint(file);
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      const reason = error instanceof Error && 'code' in error && error.code === 'ENOSPC' ? 'full' : 'away';
      throw new StoreUnavailableError(`${file} cannot be written`, 5, { cause: error, reason });
    }
    all = next;
  };
  if (text === undefined) await keep(firstStep(seedFlags, now()));

  return createLocalStore({
    contents: { state: advance(EMPTY_STATE, all).state, head: all.head, entries: all.entries },
    now,
    log,
    keep,
    detail: 'flags are kept in a JSON file',
  });
}

async function readContents(file: string, text: string): Promise<Step> {
  try {
    const all = parseContents(text);
    const verdict = await verifyAuditChain(
      all.entries,
      all.head,
      presentItems(advance(EMPTY_STATE, all).state),
    );
    if (!verdict.ok) throw new Error(verdict.detail);
    return all;
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 200) : String(error);
    throw new StoreFileError(
      `${file} is not a store that can be read (${why}); it was left as it is: mend it, move it away or put back a backup`,
      { cause: error },
    );
  }
}

/** Changes with every write of anyone; undefined when there is no file. */
async function fingerprint(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${ino}-${size}-${mtimeNs}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The new name is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
