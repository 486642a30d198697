import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { removeStaleTemporaryFiles, temporaryNameFor } from '../file/temporary-files.ts';
import { syncPath } from '../file/sync-path.ts';
import { readTracks } from '../file/track-file.ts';
import { createTrackWriter } from '../file/write-tracks.ts';
import { identityOf } from '../identity.ts';
import type { ImportRow, TrackField } from './import-row.ts';

export interface ImportOptions {
  readonly rows: AsyncIterable<ImportRow>;
  /** Replaced as a whole when the import is complete, and only if anything was usable. */
  readonly ownTrackFile: string;
  /** A list whose tracks come first. */
  readonly after?: string;
  readonly onBad: (line: number, reason: string) => void;
  readonly now?: () => number;
}

export interface ImportSummary {
  /** New in the list. */
  readonly imported: number;
  /** In the list already, or earlier in the file. */
  readonly duplicates: number;
  readonly bad: number;
  /** How many of the imported tracks did not say what. */
  readonly filled: ReadonlyMap<TrackField, number>;
  /** Tracks in the list now. */
  readonly total: number;
}

const ROWS_BETWEEN_TURNS = 1000;

/**
 * Writes the usable rows as the listener's own list, each track once. Needs memory for 16 characters a track.
 * @throws PlaylistFileError when the list to append to is broken, and what the file system throws; then nothing has changed.
 */
export async function importTracks({
  rows,
  ownTrackFile,
  after,
  onBad,
  now = Date.now,
}: ImportOptions): Promise<ImportSummary> {
  mkdirSync(dirname(ownTrackFile), { recursive: true });
  removeStaleTemporaryFiles(ownTrackFile, now());
  const temporaryFile = temporaryNameFor(ownTrackFile);
  const writer = createTrackWriter(temporaryFile);
  const seen = new Set<string>();
  const filled = new Map<TrackField, number>();
  let [imported, duplicates, bad] = [0, 0, 0];
  try {
    for (const track of after === undefined ? [] : readTracks(after)) {
      const identity = identityOf(track);
      if (seen.has(identity)) continue;
      seen.add(identity);
      writer.write(track);
    }
    for await (const row of rows) {
      // Or a long file would leave no time for its own progress bar.
      if ((imported + duplicates + bad) % ROWS_BETWEEN_TURNS === ROWS_BETWEEN_TURNS - 1) await setImmediate();
      if (row.kind === 'bad') {
        bad++;
        onBad(row.line, row.reason);
        continue;
      }
      const identity = identityOf(row.track);
      if (seen.has(identity)) {
        duplicates++;
        continue;
      }
      seen.add(identity);
      writer.write(row.track);
      imported++;
      for (const field of row.filled) filled.set(field, (filled.get(field) ?? 0) + 1);
    }
    if (imported === 0) {
      writer.abandon();
      rmSync(temporaryFile);
    } else {
      writer.end();
      renameSync(temporaryFile, ownTrackFile);
      syncPath(dirname(ownTrackFile));
    }
  } catch (error) {
    writer.abandon();
    rmSync(temporaryFile, { force: true });
    throw error;
  }
  return { imported, duplicates, bad, filled, total: seen.size };
}

/** Back to the list that ships. @returns whether there was one to remove. */
export function removeOwnTracks(ownTrackFile: string): boolean {
  if (!existsSync(ownTrackFile)) return false;
  rmSync(ownTrackFile);
  syncPath(dirname(ownTrackFile));
  return true;
}
