import type { SortColumn } from '../../playlist/playlist.ts';
import { link, personaPairs } from './links.ts';
import { DEFAULT_LIMIT, type ListQuery } from './list-query.ts';
import type { Listener } from './listener.ts';
import type { ServedPlaylist } from './serve-playlist.ts';

export interface SortLink {
  readonly column: SortColumn;
  readonly name: string;
  readonly href: string;
  readonly current: boolean;
  /** Of the current order; undefined for the best match, which has no other direction. */
  readonly direction: 'ascending' | 'descending' | undefined;
}

/** Search and order of the full list. */
export interface ListControls {
  readonly q: string;
  /** The rest of the address, for the search form. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
  readonly sorts: readonly SortLink[];
  /** How many tracks, in words. */
  readonly count: string;
  readonly clear: string | undefined;
  /** A search that would find something, where this one does not. */
  readonly suggestion: { readonly words: string; readonly href: string } | undefined;
}

export interface Pager {
  readonly previous: string | undefined;
  readonly next: string | undefined;
  readonly range: string;
}

/** Without JavaScript a new page opens at the list, not at the sleeve. */
const HASH = '#crate';

/** In the order in which a row shows them. */
const ORDER = [
  'rank',
  'track_name',
  'artist',
  'album_name',
  'track_number',
  'track_length',
  'release_date',
] as const satisfies readonly SortColumn[];

const NAMES: Readonly<Record<SortColumn, string>> = {
  rank: 'Rank',
  track_name: 'Name',
  artist: 'Artist',
  album_name: 'Album',
  track_number: 'Track no.',
  track_length: 'Length',
  release_date: 'Released',
};

export function listControls(listener: Listener, query: ListQuery, served: ServedPlaylist): ListControls {
  const { q, sort, descending, limit } = query;
  const current = sort ?? 'rank';
  return {
    q: q ?? '',
    hidden: [
      ...personaPairs(listener).map(([name, value]) => ({ name, value })),
      ...(sort === undefined ? [] : [{ name: 'sort', value: sort }]),
      ...(descending ? [{ name: 'direction', value: 'desc' }] : []),
      ...(limit === DEFAULT_LIMIT ? [] : [{ name: 'limit', value: String(limit) }]),
    ],
    sorts: ORDER.map((column) => {
      // A search without a chosen order puts the best match first.
      const bestMatch = column === 'rank' && q !== undefined;
      return {
        column,
        name: bestMatch ? 'Best match' : NAMES[column],
        href: link(
          '/',
          listener,
          {
            q,
            sort: column === 'rank' ? undefined : column,
            descending: column === current && !descending && !bestMatch,
            limit,
          },
          HASH,
        ),
        current: column === current,
        direction: bestMatch || column !== current ? undefined : descending ? 'descending' : 'ascending',
      };
    }),
    count: countOf(served, q),
    clear: q === undefined ? undefined : link('/', listener, { sort, descending, limit }, HASH),
    suggestion:
      served.suggestion === undefined
        ? undefined
        : {
            words: served.suggestion,
            href: link('/', listener, { q: served.suggestion, sort, descending, limit }, HASH),
          },
  };
}

export function pager(listener: Listener, query: ListQuery, served: ServedPlaylist): Pager | undefined {
  const { from, limit } = query;
  const { next, previous, tracks } = served;
  if (next === null && previous === null) return undefined;
  const place = (cursor: string, first: number): string =>
    link('/', listener, { ...query, cursor, from: first, deck: undefined }, HASH);
  return {
    next: next === null ? undefined : place(next, from + tracks.length),
    previous: previous === null ? undefined : place(previous, Math.max(1, from - limit)),
    range: `${thousands(from)}–${thousands(from + tracks.length - 1)} of ${thousands(served.total)}`,
  };
}

/** `10 tracks`. */
export const trackCount = (served: ServedPlaylist): string =>
  `${thousands(served.total)} ${served.total === 1 ? 'track' : 'tracks'}`;

function countOf(served: ServedPlaylist, q: string | undefined): string {
  const tracks = trackCount(served);
  return q === undefined ? tracks : `${tracks} with “${q}”`;
}

const THOUSANDS = new Intl.NumberFormat('en-US');
/** Intl is slow, and most lists are short. */
const thousands = (count: number): string => (count < 1_000 ? String(count) : THOUSANDS.format(count));
