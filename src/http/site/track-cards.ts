import { LRUCache } from 'lru-cache';
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

/** About 2 KB each, with their HTML. */
const MAX_CARDS = 4_000;

export function createTrackCards(): TrackCards {
  const cards = new WeakMap<Track, TrackCard>();
  // The database makes new objects whenever it reads a page; the card of the same track is found by what it says.
  const recentCards = new LRUCache<string, TrackCard>({ max: MAX_CARDS });
  const recentCard = (track: Track): TrackCard => {
    const { track_name, artist, album_name, track_length, release_date } = track;
    const text = [track_name, artist, album_name, track_length, release_date].join('\n');
    return remember(recentCards, text, () => cardOf(track));
  };
  const likedCards = new WeakMap<TrackCard, TrackCard>();
  return {
    of(track, liked) {
      const card = remember(cards, track, () => recentCard(track));
      return liked.has(card.id) ? remember(likedCards, card, () => ({ ...card, liked: true })) : card;
    },
  };
}

interface KnownCards<Key> {
  get(key: Key): TrackCard | undefined;
  set(key: Key, card: TrackCard): unknown;
}

function remember<Key>(known: KnownCards<Key>, key: Key, make: () => TrackCard): TrackCard {
  const found = known.get(key);
  if (found !== undefined) return found;
  const card = make();
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
