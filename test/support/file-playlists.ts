import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFullPlaylist } from '../../src/playlist/full-playlist.ts';
import type { FullPlaylist, TopTen, Track } from '../../src/playlist/playlist.ts';
import { openTopTen } from '../../src/playlist/top-ten.ts';

export interface FilePlaylists {
  readonly topTen: TopTen;
  readonly fullPlaylist: FullPlaylist;
  close(): Promise<void>;
}

/** Both versions as the program opens them, from a file with these tracks in a folder of their own. */
export function openFilePlaylists(tracks: readonly Track[]): FilePlaylists {
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-playlists-'));
  const file = join(folder, 'tracks.json');
  writeFileSync(file, JSON.stringify(tracks));
  const onProblem = (problem: string): never => {
    throw new Error(problem);
  };
  const topTen = openTopTen({ file, onProblem });
  const fullPlaylist = openFullPlaylist({
    trackFile: file,
    databaseFile: join(folder, 'playlist.db'),
    onProblem,
  });
  return {
    topTen,
    fullPlaylist,
    close: async () => {
      topTen.close();
      await fullPlaylist.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
