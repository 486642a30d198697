import { UNKNOWN } from '../../playlist/import/import-row.ts';
import type { Track } from '../../playlist/playlist.ts';
import { cover, type Cover } from './cover.ts';
import { trackId } from './track-id.ts';

/** What a row shows of a track, the same for every listener and in every list. */
export interface TrackCard {
  readonly id: string;
  /** What its buttons send; see `engagement.ts`. */
  readonly value: string;
  readonly name: string;
  readonly artist: string;
  /** With its year, when that is known. */
  readonly album: string;
  /** A dash when it is not known. */
  readonly length: string;
  readonly cover: Cover;
  readonly liked: boolean;
}

/** Makes the card of a track once, so that its HTML, which lives as long as the card, is rendered once. */
export interface TrackCards {
  of(track: Track, liked: ReadonlySet<string>): TrackCard;
}

/** The cards live as long as the track objects, of which the playlists keep a bounded number. */
export function createTrackCards(): TrackCards {
  const cards = new WeakMap<Track, TrackCard>();
  const likedCards = new WeakMap<TrackCard, TrackCard>();
  return {
    of(track, liked) {
      const card = remember(cards, track, () => cardOf(track));
      return liked.has(card.id) ? remember(likedCards, card, () => ({ ...card, liked: true })) : card;
    },
  };
}

function remember<Key extends object>(
  known: WeakMap<Key, TrackCard>,
  key: Key,
  make: () => TrackCard,
): TrackCard {
  const card = known.get(key) ?? make();
  known.set(key, card);
  return card;
}

function cardOf(track: Track): TrackCard {
  const { track_name, artist, album_name, track_length, release_date } = track;
  return {
    id: trackId(track),
    value: trackValue(track),
    name: track_name,
    artist,
    album: release_date === UNKNOWN.release_date ? album_name : `${album_name}, ${release_date.slice(0, 4)}`,
    length: track_length === UNKNOWN.track_length ? '–' : track_length,
    cover: cover(album_name),
    liked: false,
  };
}

/** Name and artist on a line each; neither has line breaks. */
export const trackValue = ({ track_name, artist }: Pick<Track, 'track_name' | 'artist'>): string =>
  `${track_name}\n${artist}`;
