import { hash } from 'node:crypto';
import type { FlagEvaluation } from '../../flags/flag-client.ts';
import { markOf } from './page-streams.ts';
import type { PlaylistVersion } from './version-choice.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import { versionReason, type VersionReason } from './version-reason.ts';
import { link } from './links.ts';
import type { ListQuery } from './list-query.ts';
import type { Listener } from './listener.ts';
import { listControls, pager, trackCount, type ListControls, type Pager } from './list-controls.ts';
import { personaStrip, type PersonaStrip } from './persona-strip.ts';
import { FALLBACK_NOTICE } from './playlist-json.ts';
import type { ServedPlaylist } from './serve-playlist.ts';
import { deckOf, trackRows, type Deck, type TrackRow } from './track-rows.ts';
import type { Frame } from '../html/frame.ts';

/** Which record this is, as its label has it. */
export interface Pressing {
  readonly name: string;
  readonly origin: string;
  readonly count: string;
}

/** What `views/site.ejs` shows, field by field. */
export interface SitePage {
  readonly frame: Frame;
  readonly version: PlaylistVersion;
  readonly pressing: Pressing;
  readonly why: VersionReason;
  readonly raw: readonly { readonly name: string; readonly value: string }[];
  readonly flagStatus: string;
  readonly notice: string | undefined;
  /** Undefined when listeners may not say who they are. */
  readonly strip: PersonaStrip | undefined;
  readonly deck: Deck | undefined;
  readonly tracks: readonly TrackRow[];
  /** The place of the first row. */
  readonly start: number;
  /** Undefined for the top 10, which has neither search nor pages. */
  readonly controls: ListControls | undefined;
  readonly pager: Pager | undefined;
  readonly wholeList: string;
  /** Where the page listens for changes of its answer. */
  readonly events: string;
}

export interface SitePageInput {
  readonly frame: Frame;
  readonly listener: Listener;
  readonly query: ListQuery;
  /** What the flag said; `served` may differ when the database failed. */
  readonly chosen: PlaylistVersion;
  readonly answer: FlagEvaluation;
  readonly served: ServedPlaylist;
  readonly flagStatus: string;
  readonly liked: ReadonlySet<string>;
  readonly demoIdentity: boolean;
}

const PRESSINGS = {
  json: { name: 'Top 10', origin: 'from the JSON file' },
  database: { name: 'The full crate', origin: 'from the database' },
} as const satisfies Record<PlaylistVersion, object>;

export function sitePage(input: SitePageInput): SitePage {
  const { frame, listener, query, chosen, answer, served, flagStatus, liked, demoIdentity } = input;
  const full = served.version === 'database';
  const start = full ? query.from : 1;
  const here = full ? query : { ...query, from: 1 };
  return {
    frame,
    version: served.version,
    pressing: {
      ...PRESSINGS[served.version],
      count: trackCount(served),
    },
    why: versionReason(answer, chosen, listener.persona),
    raw: [
      { name: 'flag', value: PLAYLIST_FLAG },
      { name: 'value', value: JSON.stringify(answer.value) },
      { name: 'variationIndex', value: String(answer.variationIndex) },
      { name: 'reason', value: spacedJson(answer.reason) },
      { name: 'source', value: answer.source },
    ],
    flagStatus,
    notice: served.failure === undefined ? undefined : FALLBACK_NOTICE,
    strip: demoIdentity ? personaStrip(listener) : undefined,
    deck: deckOf(served.tracks, query.deck, listener, here),
    tracks: trackRows(served.tracks, { start, deck: query.deck, liked, listener, query: here }),
    start,
    controls: full ? listControls(listener, query, served) : undefined,
    pager: full ? pager(listener, query, served) : undefined,
    wholeList: link('/', listener),
    events: eventsLink(listener, markOf(chosen, answer)),
  };
}

/** JSON that a narrow column can break between its fields. */
const spacedJson = (value: object): string =>
  `{${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)}: ${JSON.stringify(field)}`)
    .join(', ')}}`;

/**
 * `seen` lets the stream tell what changed since the page was made. `who` is not read: it makes the address another one when
 * the listener is, so that the page listens anew.
 */
function eventsLink(listener: Listener, mark: string): string {
  const address = link('/events', listener);
  const who = hash('sha1', JSON.stringify(listener.context), 'base64url').slice(0, 8);
  return `${address}${address.includes('?') ? '&' : '?'}who=${who}&seen=${mark}`;
}
