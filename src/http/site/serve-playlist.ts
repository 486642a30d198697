import {
  InvalidCursorError,
  type FullPlaylist,
  type PlaylistPage,
  type TopTen,
} from '../../playlist/playlist.ts';
import type { ListQuery } from './list-query.ts';
import type { PlaylistVersion } from './version-choice.ts';

/** What a listener gets to see. */
export interface ServedPlaylist extends PlaylistPage {
  /** Not what was chosen but what was served: the top 10 stands in for a database that throws. */
  readonly version: PlaylistVersion;
  /** What the chosen version threw, when the top 10 stands in for it. */
  readonly failure?: { readonly error: unknown };
}

/** Where each version reads its tracks. */
export interface PlaylistVersions {
  readonly topTen: TopTen;
  readonly fullPlaylist: FullPlaylist;
}

/** @throws InvalidCursorError: a stale cursor is the caller's mistake, and no failure of the new version. */
export function servePlaylist(
  { topTen, fullPlaylist }: PlaylistVersions,
  chosen: PlaylistVersion,
  query: ListQuery,
): ServedPlaylist {
  if (chosen === 'json') return serveTopTen(topTen);
  try {
    return { version: 'database', ...fullPlaylist.page(query) };
  } catch (error) {
    if (error instanceof InvalidCursorError) throw error;
    return { ...serveTopTen(topTen), failure: { error } };
  }
}

function serveTopTen(topTen: TopTen): ServedPlaylist {
  const tracks = topTen.tracks();
  return {
    version: 'json',
    tracks,
    total: tracks.length,
    next: null,
    previous: null,
  };
}
