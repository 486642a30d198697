import { InvalidCursorError, type FullPlaylist, type TopTen, type Track } from '../../playlist/playlist.ts';
import { Problem } from '../problems/problem.ts';
import type { PlaylistVersion } from './version-choice.ts';
import { playlistQuery, type ListQuery } from './list-query.ts';

/** What a listener gets to see. */
export interface ServedPlaylist {
  /** Not what was chosen but what was served: the top 10 stands in for a database that throws. */
  readonly version: PlaylistVersion;
  readonly tracks: readonly Track[];
  readonly total: number;
  readonly totalIsLowerBound: boolean;
  readonly next: string | null;
  readonly previous: string | null;
  /** What the chosen version threw, when the top 10 stands in for it. */
  readonly failure?: { readonly error: unknown };
}

export interface PlaylistVersions {
  readonly topTen: TopTen;
  readonly fullPlaylist: FullPlaylist;
}

/** @throws Problem 400 `invalid_cursor`: that is the asker's mistake, and no failure of the new version. */
export function servePlaylist(
  { topTen, fullPlaylist }: PlaylistVersions,
  chosen: PlaylistVersion,
  query: ListQuery,
): ServedPlaylist {
  if (chosen === 'json') return serveTopTen(topTen);
  try {
    return { version: 'database', ...fullPlaylist.page(playlistQuery(query)) };
  } catch (error) {
    if (error instanceof InvalidCursorError) {
      throw new Problem(
        400,
        'invalid_cursor',
        'cursor: expected the next or previous of an earlier answer to the same q, sort and direction; leave it out to start at the first page',
        { cause: error },
      );
    }
    return { ...serveTopTen(topTen), failure: { error } };
  }
}

function serveTopTen(topTen: TopTen): ServedPlaylist {
  const tracks = topTen.tracks();
  return {
    version: 'json',
    tracks,
    total: tracks.length,
    totalIsLowerBound: false,
    next: null,
    previous: null,
  };
}
