import { createHash } from 'node:crypto';
import type { Track } from '../playlist.ts';
import { decodeText, fileBytes } from './file-bytes.ts';
import { JsonListError, type JsonEntry } from '../../shared/json-list-reader.ts';
import { jsonEntries } from './json-entries.ts';
import { printable } from './printable.ts';
import { trackSchema } from './track-schema.ts';

/** A track file cannot be used; the message is one line that names file, entry and field, what was expected and what came. */
export class PlaylistFileError extends Error {
  override readonly name = 'PlaylistFileError';
  readonly file: string;

  constructor(file: string, message: string, cause?: unknown) {
    super(`${file}: ${message}`, cause === undefined ? undefined : { cause });
    this.file = file;
  }
}

/**
 * The tracks of a JSON file in their order, each checked when it is reached; duplicates are the caller's.
 * @param seen is given every byte that is read.
 * @throws PlaylistFileError at the first thing that is wrong, an empty list included.
 */
export function* readTracks(file: string, seen?: (bytes: Uint8Array) => void): Generator<Track> {
  let empty = true;
  try {
    for (const entry of jsonEntries(decodeText(observed(fileBytes(file), seen)))) {
      empty = false;
      yield trackOf(file, entry);
    }
  } catch (error) {
    if (error instanceof PlaylistFileError) throw error;
    if (error instanceof JsonListError)
      throw new PlaylistFileError(file, `line ${error.line}: ${error.message}`);
    if (isFileSystemError(error))
      throw new PlaylistFileError(file, `cannot be read (${error.message})`, error);
    throw error;
  }
  if (empty) throw new PlaylistFileError(file, 'expected at least one track, came an empty list');
}

/**
 * SHA-256 of the file's content, in hexadecimal.
 * @throws PlaylistFileError when it cannot be read.
 */
export function hashOfFile(file: string): string {
  const hash = createHash('sha256');
  try {
    for (const chunk of fileBytes(file)) hash.update(chunk);
  } catch (error) {
    if (isFileSystemError(error))
      throw new PlaylistFileError(file, `cannot be read (${error.message})`, error);
    throw error;
  }
  return hash.digest('hex');
}

function trackOf(file: string, entry: JsonEntry): Track {
  let value: unknown;
  try {
    value = JSON.parse(entry.text);
  } catch (error) {
    throw new PlaylistFileError(
      file,
      `entry ${entry.number} (line ${entry.line}): expected JSON, came ${printable(entry.text.trim())}`,
      error,
    );
  }
  const parsed = trackSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PlaylistFileError(
    file,
    `entry ${entry.number} ${nameIn(value)}(line ${entry.line}): ${describeIssue(value, parsed.error)}`,
  );
}

/** The first complaint of `trackSchema` in words: field, what was expected, what came. */
export function describeIssue(value: unknown, error: { readonly issues: readonly Complaint[] }): string {
  const [issue] = error.issues;
  const field = issue?.path[0];
  if (issue === undefined || field === undefined)
    return `${issue?.message ?? 'not a track'}, came ${printable(value)}`;
  return `${String(field)}: ${issue.message}, came ${printable(fieldOf(value, field))}`;
}

interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function nameIn(value: unknown): string {
  const name = fieldOf(value, 'track_name');
  return typeof name === 'string' ? `${printable(name)} ` : '';
}

function fieldOf(value: unknown, field: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return Reflect.get(value, field);
}

function* observed(
  chunks: Iterable<Uint8Array>,
  seen: ((bytes: Uint8Array) => void) | undefined,
): Generator<Uint8Array> {
  for (const chunk of chunks) {
    seen?.(chunk);
    yield chunk;
  }
}

function isFileSystemError(error: unknown): error is Error {
  return error instanceof Error && ('syscall' in error || error.message === 'not a regular file');
}
