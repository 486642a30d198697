import type { Track } from '../../playlist/playlist.ts';
import { link } from './links.ts';
import type { ListQuery } from './list-query.ts';
import type { Listener } from './listener.ts';
import type { TrackCard, TrackCards } from './track-cards.ts';
import { trackId } from './track-id.ts';

/** The track that plays, as far as a page without sound can play one. */
export interface Deck {
  readonly card: TrackCard;
  readonly action: string;
  /** Skipping leads to the next track of the page; from the last one the deck is cleared. */
  readonly back: string;
}

const NONE_LIKED: ReadonlySet<string> = new Set();

/** Undefined when no track of the page is on the deck. */
export function deckOf(
  tracks: readonly Track[],
  listener: Listener,
  query: ListQuery,
  cards: TrackCards,
): Deck | undefined {
  const index = query.deck === undefined ? -1 : tracks.findIndex((track) => trackId(track) === query.deck);
  const track = tracks[index];
  if (track === undefined) return undefined;
  const next = tracks[index + 1];
  return {
    card: cards.of(track, NONE_LIKED),
    action: link('/track', listener),
    back: link('/', listener, { ...query, deck: next === undefined ? undefined : trackId(next) }),
  };
}
