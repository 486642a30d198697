import {
  InvalidCursorError,
  type FullPlaylist,
  type PlaylistQuery,
  type TopTen,
  type Track,
} from '../../src/playlist/playlist.ts';

/** An invented track; `number` makes it unique. */
export const inventedTrack = (number: number, fields: Partial<Track> = {}): Track => ({
  track_name: `Song ${number}`,
  artist: `Band ${number % 7}`,
  album_name: `Album ${number % 11}`,
  track_length: `${2 + (number % 4)}:${String((number * 7) % 60).padStart(2, '0')}`,
  track_number: 1 + (number % 12),
  release_date: `${1970 + (number % 50)}-0${1 + (number % 9)}-15`,
  ...fields,
});

export interface MemoryPlaylists {
  readonly topTen: TopTen;
  readonly fullPlaylist: FullPlaylist;
  /** From now on the full list throws this; undefined mends it. */
  breakWith(error: Error | undefined): void;
}

/** Both versions over one list, without a file or a database: for tests of what stands above them. */
export function memoryPlaylists(tracks: readonly Track[]): MemoryPlaylists {
  let broken: Error | undefined;
  return {
    topTen: { tracks: () => tracks.slice(0, 10) },
    fullPlaylist: {
      page(query) {
        if (broken !== undefined) throw broken;
        return pageOf(tracks, query);
      },
    },
    breakWith: (error) => {
      broken = error;
    },
  };
}

function pageOf(tracks: readonly Track[], query: PlaylistQuery): ReturnType<FullPlaylist['page']> {
  const { q = '', sort = 'rank', descending = false, cursor, limit = 50 } = query;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = tracks.filter((track) =>
    words.every((word) =>
      `${track.track_name} ${track.artist} ${track.album_name}`.toLowerCase().includes(word),
    ),
  );
  const sorted =
    sort === 'rank'
      ? [...matching]
      : matching.toSorted((a, b) => String(a[sort]).localeCompare(String(b[sort]), 'en', { numeric: true }));
  if (descending) sorted.reverse();
  const at = cursor === undefined ? 0 : Number(/^at-(\d+)$/.exec(cursor)?.[1] ?? NaN);
  if (Number.isNaN(at)) throw new InvalidCursorError(`not a cursor: ${cursor}`);
  return {
    tracks: sorted.slice(at, at + limit),
    total: sorted.length,
    next: at + limit < sorted.length ? `at-${at + limit}` : null,
    previous: at > 0 ? `at-${Math.max(0, at - limit)}` : null,
  };
}
