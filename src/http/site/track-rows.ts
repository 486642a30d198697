import { UNKNOWN } from '../../playlist/import/import-row.ts';
import type { Track } from '../../playlist/playlist.ts';
import { cover, type Cover } from './cover.ts';
import { link } from './links.ts';
import type { ListQuery } from './list-query.ts';
import type { Listener } from './listener.ts';
import { trackId } from './track-id.ts';

export interface TrackRow {
  readonly id: string;
  readonly place: number;
  readonly name: string;
  readonly artist: string;
  /** With its year, when that is known. */
  readonly album: string;
  /** A dash when nobody knows. */
  readonly length: string;
  readonly cover: Cover;
  readonly liked: boolean;
  readonly onDeck: boolean;
  /** Where its form posts to, and where it leads when the cover was pressed. */
  readonly action: string;
  readonly back: string;
  readonly backPlaying: string;
}

/** The track that plays, as far as a page without sound can play one. */
export interface Deck {
  readonly name: string;
  readonly artist: string;
  readonly cover: Cover;
  readonly action: string;
  /** Skipping leads to the next track of the page; from the last one the deck is cleared. */
  readonly backSkipped: string;
}

export interface TrackRowsOptions {
  readonly start: number;
  readonly deck: string | undefined;
  readonly liked: ReadonlySet<string>;
  readonly listener: Listener;
  readonly query: ListQuery;
}

export function trackRows(tracks: readonly Track[], options: TrackRowsOptions): readonly TrackRow[] {
  const { start, deck, liked, listener, query } = options;
  const action = link('/track', listener);
  // Made once for all rows: what differs from row to row needs no encoding.
  const here = link('/', listener, query);
  const elsewhere = link('/', listener, { ...query, deck: undefined });
  const playing = `${elsewhere}${elsewhere.includes('?') ? '&' : '?'}deck=`;
  return tracks.map((track, index) => {
    const id = trackId(track);
    return {
      id,
      place: start + index,
      name: track.track_name,
      artist: track.artist,
      album: albumOf(track),
      length: track.track_length === UNKNOWN.track_length ? '–' : track.track_length,
      cover: cover(track.album_name),
      liked: liked.has(id),
      onDeck: id === deck,
      action,
      back: `${here}#t-${id}`,
      backPlaying: `${playing}${id}#t-${id}`,
    };
  });
}

function albumOf({ album_name, release_date }: Track): string {
  return release_date === UNKNOWN.release_date ? album_name : `${album_name}, ${release_date.slice(0, 4)}`;
}

export function deckOf(
  tracks: readonly Track[],
  deck: string | undefined,
  listener: Listener,
  query: ListQuery,
): Deck | undefined {
  const index = deck === undefined ? -1 : tracks.findIndex((track) => trackId(track) === deck);
  const track = tracks[index];
  if (track === undefined) return undefined;
  const next = tracks[index + 1];
  return {
    name: track.track_name,
    artist: track.artist,
    cover: cover(track.album_name),
    action: link('/track', listener),
    backSkipped: link('/', listener, { ...query, deck: next === undefined ? undefined : trackId(next) }),
  };
}
