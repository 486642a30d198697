import type { Logger } from '../shared/logger.ts';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { ReadinessCheck } from '../http/api/api-deps.ts';
import type { FullPlaylist, TopTen } from '../playlist/playlist.ts';
import { openFullPlaylist } from '../playlist/full-playlist.ts';
import { openTopTen } from '../playlist/top-ten.ts';
import { asDataDirStartError } from './start-error.ts';

export interface Playlists {
  readonly topTen: TopTen;
  readonly fullPlaylist: FullPlaylist;
  /** Reports a file that broke while the program was running; the list read before it is still served. */
  readiness(): readonly ReadinessCheck[];
  close(): Promise<void>;
}

/** Both versions: what ships is read from the package, and what is built is kept in DATA_DIR. @throws PlaylistFileError, StartError */
export function openPlaylists({ packageDir, dataDir }: Config, log: Logger): Playlists {
  const onProblem = (problem: string): void => {
    log.error({ problem }, 'a playlist file broke; the list before it goes on');
  };
  const topTen = openTopTen({ file: join(packageDir, 'playlist.json'), onProblem });
  let full: ReturnType<typeof openFullPlaylist>;
  try {
    full = openFullPlaylist({
      trackFile: join(packageDir, 'data', 'tracks.json'),
      ownTrackFile: join(dataDir, 'my-tracks.json'),
      databaseFile: join(dataDir, 'playlist.db'),
      onProblem,
    });
  } catch (error) {
    topTen.close();
    throw asDataDirStartError(error, dataDir);
  }
  return {
    topTen,
    fullPlaylist: full,
    readiness: () => [check('top_ten', topTen.problem()), check('full_playlist', full.problem())],
    close: async () => {
      topTen.close();
      await full.close();
    },
  };
}

function check(name: string, problem: string | null): ReadinessCheck {
  return { name, ok: problem === null, detail: problem ?? 'The list is what its file says.' };
}
