export interface Track {
  readonly track_name: string;
  readonly artist: string;
  readonly album_name: string;
  /** `m:ss`. */
  readonly track_length: string;
  readonly track_number: number;
  /** ISO 8601 date. */
  readonly release_date: string;
}

export const SORT_COLUMNS = [
  'rank',
  'track_name',
  'artist',
  'album_name',
  'track_length',
  'track_number',
  'release_date',
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

export interface PlaylistQuery {
  /** Words or prefixes; all must occur in name, artist or album. Default: everything. */
  readonly q?: string | undefined;
  /** Default `rank`, the order of the playlist itself; with `q`, the best match first. */
  readonly sort?: SortColumn | undefined;
  /** Default false. */
  readonly descending?: boolean;
  /** As `next` or `previous` of an earlier page with the same query. */
  readonly cursor?: string | undefined;
  /** 1–100, default 50. */
  readonly limit?: number;
}

export interface PlaylistPage {
  readonly tracks: readonly Track[];
  /** All that match the query, not only this page. */
  readonly total: number;
  /** For a search that finds nothing: the nearest words that find something, if there are any. */
  readonly suggestion?: string | undefined;
  readonly next: string | null;
  readonly previous: string | null;
}

/** The cursor is not one of this query's. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/** The old version. */
export interface TopTen {
  tracks(): readonly Track[];
}

/** The new version. Throws InvalidCursorError for a bad cursor, and whatever the database throws. */
export interface FullPlaylist {
  page(query: PlaylistQuery): PlaylistPage;
}
