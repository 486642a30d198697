import type { TopTen, Track } from './playlist.ts';
import { identityOf } from './identity.ts';
import { PlaylistFileError, readTracks } from './file/track-file.ts';
import { watchFiles } from './file/watch-files.ts';

const TEN = 10;

export interface TopTenOptions {
  readonly file: string;
  /** The file broke while running: the list that was read last stays in service. One line. */
  readonly onProblem: (problem: string) => void;
  /** Another list is in service. */
  readonly onChange?: () => void;
}

export interface OpenTopTen extends TopTen {
  /** Why the file as it is now is not in service; `null` when it is. */
  problem(): string | null;
  close(): void;
}

/**
 * The first ten tracks of a JSON file, followed while it changes. The whole file is checked; a track that is in
 * it twice counts once.
 * @throws PlaylistFileError when the file is not usable at the start.
 */
export function openTopTen({ file, onProblem, onChange }: TopTenOptions): OpenTopTen {
  // Watched before it is read: a change between the two must not be missed.
  const watch = watchFiles({ files: [file], onChange: () => reload() });
  let problem: string | null = null;
  let tracks: readonly Track[];
  try {
    tracks = readTopTen(file);
  } catch (error) {
    watch.close();
    throw error;
  }

  function reload(): void {
    try {
      tracks = readTopTen(file);
      problem = null;
    } catch (error) {
      if (!(error instanceof PlaylistFileError)) throw error;
      problem = error.message;
      onProblem(problem);
      return;
    }
    onChange?.();
  }

  return { tracks: () => tracks, problem: () => problem, close: () => watch.close() };
}

function readTopTen(file: string): readonly Track[] {
  const byIdentity = new Map<string, Track>();
  for (const track of readTracks(file)) {
    const identity = identityOf(track);
    if (!byIdentity.has(identity)) byIdentity.set(identity, Object.freeze(track));
  }
  return Object.freeze([...byIdentity.values()].slice(0, TEN));
}
