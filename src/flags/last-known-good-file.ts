import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';

/** A flag or a segment as its SDK serialized it, or the tombstone of one. */
export interface StoredItem {
  /** The SDK's namespace: `features` or `segments`. */
  readonly kind: string;
  readonly key: string;
  readonly version: number;
  readonly deleted: boolean;
  /** JSON; `null` for a tombstone. */
  readonly json: string | null;
}

export interface StoredFlags {
  /** Epoch milliseconds of the last message that changed anything. */
  readonly receivedAt: number;
  readonly items: readonly StoredItem[];
}

/** The file is there, but is not what was written. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}

const storedFlags: z.ZodType<StoredFlags> = z.object({
  receivedAt: z.number(),
  items: z.array(
    z.object({
      kind: z.string(),
      key: z.string(),
      version: z.number(),
      deleted: z.boolean(),
      json: z.string().nullable(),
    }),
  ),
});

/** A key that was rotated away is forgotten after this many others. */
const KEPT_FILES = 8;
const EXTENSION = '.flags';

/** One project's flags are never another's: each scope has a file. The extension names the format, so another has another. */
export const lastKnownGoodFile = (folder: string, scope: string): string => join(folder, scope + EXTENSION);

/**
 * @returns undefined when there is no file
 * @throws DamagedFileError, and what the file system throws
 */
export function readStoredFlags(file: string): StoredFlags | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const end = text.indexOf('\n');
  const json = text.slice(end + 1);
  if (digestOf(file, json) !== text.slice(0, end)) throw new DamagedFileError(`${file} is damaged`);
  return storedFlags.parse(JSON.parse(json));
}

/** Replaces the file as a whole: a crash leaves the old one or the new one. @throws what the file system throws */
export function writeStoredFlags(file: string, flags: StoredFlags): void {
  mkdirSync(dirname(file), { recursive: true });
  const json = JSON.stringify(flags);
  writeFileAtomic.sync(file, `${digestOf(file, json)}\n${json}`);
  forgetOldest(dirname(file));
}

/** Moves a damaged file out of the way, and says where to. Nothing is deleted. */
export function quarantine(file: string, now: number): string {
  const target = `${file}.damaged-${now}`;
  renameSync(file, target);
  return target;
}

/** Of the content and of whose it is: a disk may flip a bit, and a person may copy a file. */
function digestOf(file: string, json: string): string {
  return createHash('sha256').update(basename(file)).update('\n').update(json).digest('hex');
}

function forgetOldest(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(EXTENSION));
  const byAge = files
    .map((name) => join(folder, name))
    .map((file) => ({ file, writtenAt: statSync(file).mtimeMs }))
    .toSorted((a, b) => b.writtenAt - a.writtenAt);
  for (const { file } of byAge.slice(KEPT_FILES)) rmSync(file);
}
