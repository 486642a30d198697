import { hash } from 'node:crypto';
import type { Frame } from '../html/frame.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import { deckOf, type Deck } from './deck.ts';
import { link } from './links.ts';
import { listControls, pager, trackCount, type ListControls, type Pager } from './list-controls.ts';
import type { ListQuery } from './list-query.ts';
import type { Listener } from './listener.ts';
import { markOf, type ToldChoice } from './page-streams.ts';
import { personaStrip, type PersonaStrip } from './persona-strip.ts';
import { FALLBACK_NOTICE } from './playlist-json.ts';
import { pressingOf, type Pressing } from './pressing.ts';
import { rolloutScale, type RolloutScale } from './rollout-scale.ts';
import type { ServedPlaylist } from './serve-playlist.ts';
import type { TrackCard, TrackCards } from './track-cards.ts';
import type { PlaylistVersion } from './version-choice.ts';
import { versionReason, type VersionReason } from './version-reason.ts';

/** What `views/site.ejs` shows, field by field. */
export interface SitePage {
  readonly frame: Frame;
  readonly version: PlaylistVersion;
  readonly pressing: Pressing;
  readonly why: VersionReason;
  readonly raw: readonly { readonly name: string; readonly value: string }[];
  readonly flagStatus: string;
  readonly scale: RolloutScale | undefined;
  /** Something about this page that the listener did not ask for. */
  readonly notice: string | undefined;
  /** The page is to be asked for again by itself: the top 10 stands in for a database that failed. */
  readonly isStandIn: boolean;
  /** Undefined when listeners may not say who they are. */
  readonly strip: PersonaStrip | undefined;
  readonly deck: Deck | undefined;
  /** Where the rows' buttons post to, and where that leads back to. */
  readonly action: string;
  readonly back: string;
  readonly rows: readonly TrackRow[];
  /** The place of the first row. */
  readonly start: number;
  /** Undefined for the top 10, which has neither search nor pages. */
  readonly controls: ListControls | undefined;
  readonly pager: Pager | undefined;
  readonly wholeList: string;
  /** The page's own stream. */
  readonly events: string;
}

export interface TrackRow {
  readonly place: number;
  readonly onDeck: boolean;
  readonly card: TrackCard;
}

export interface SitePageInput {
  readonly frame: Frame;
  readonly listener: Listener;
  readonly query: ListQuery;
  readonly choice: ToldChoice;
  readonly served: ServedPlaylist;
  /** True when part of the address was not valid, and the list begins anew. */
  readonly isReset: boolean;
  readonly flagStatus: string;
  readonly cards: TrackCards;
  readonly liked: ReadonlySet<string>;
  readonly demoIdentity: boolean;
}

const RESET_NOTICE =
  'This address led to a place that the list does not have (any more): here is its beginning.';

export function sitePage(input: SitePageInput): SitePage {
  const { frame, listener, choice, served, cards, liked, demoIdentity } = input;
  const { evaluation, place } = choice;
  const full = served.version === 'database';
  const query = full ? input.query : { ...input.query, from: 1 };
  const failed = served.failure !== undefined;
  return {
    frame,
    version: served.version,
    pressing: pressingOf(served.version, trackCount(served)),
    why: versionReason({ evaluation, version: choice.version, persona: listener.persona, place, failed }),
    raw: [
      { name: 'flag', value: PLAYLIST_FLAG },
      { name: 'value', value: JSON.stringify(evaluation.value) },
      { name: 'variationIndex', value: String(evaluation.variationIndex) },
      { name: 'reason', value: spacedJson(evaluation.reason) },
      { name: 'source', value: evaluation.source },
    ],
    flagStatus: input.flagStatus,
    scale: place === undefined || failed ? undefined : rolloutScale(place),
    notice: failed ? FALLBACK_NOTICE : input.isReset && full ? RESET_NOTICE : undefined,
    isStandIn: failed,
    strip: demoIdentity ? personaStrip(listener) : undefined,
    deck: deckOf(served.tracks, listener, query, cards),
    action: link('/track', listener),
    back: link('/', listener, query),
    rows: served.tracks.map((track, index) => {
      const card = cards.of(track, liked);
      return { place: query.from + index, onDeck: card.id === query.deck, card };
    }),
    start: query.from,
    controls: full ? listControls(listener, query, served) : undefined,
    pager: full ? pager(listener, query, served) : undefined,
    wholeList: link('/', listener),
    events: eventsLink(listener, markOf(choice)),
  };
}

/** JSON that a narrow column can break between its fields. */
const spacedJson = (value: object): string =>
  `{${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)}: ${JSON.stringify(field)}`)
    .join(', ')}}`;

/**
 * `seen` lets the stream tell what changed since the page was made. `who` is not read: it makes the address another one when
 * the listener is, so that the page opens another stream.
 */
function eventsLink(listener: Listener, mark: string): string {
  const address = link('/events', listener);
  const who = hash('sha1', JSON.stringify(listener.context), 'base64url').slice(0, 8);
  return `${address}${address.includes('?') ? '&' : '?'}who=${who}&seen=${mark}`;
}
