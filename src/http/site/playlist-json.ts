import type { FlagEvaluation } from '../../flags/flag-client.ts';
import type { Track } from '../../playlist/playlist.ts';
import { oncePer } from '../../shared/once-per.ts';
import { PLAYLIST_FLAG } from '../html/playlist-flag.ts';
import type { Listener } from './listener.ts';
import type { ServedPlaylist } from './serve-playlist.ts';

export const FALLBACK_NOTICE =
  'The full crate cannot be opened right now, so this is the top 10. The failure is counted against the new version.';

/** The body of `GET /api/playlist`. */
export interface PlaylistJson {
  readonly version: 'json' | 'database';
  readonly tracks: readonly Track[];
  readonly total: number;
  /** Only for a search that finds nothing: words that would. */
  readonly suggestion?: string;
  /** The `cursor` of the next page. */
  readonly next: string | null;
  readonly flag: Pick<FlagEvaluation, 'value' | 'variationIndex' | 'reason' | 'source'> & {
    readonly key: string;
  };
  readonly listener: {
    readonly key: string;
    readonly groups: readonly string[];
    readonly country: string | null;
    readonly plan: string | null;
  };
  /** Only when the top 10 stands in for a database that failed. */
  readonly notice?: string;
}

/** The body of `GET /api/playlist` as text. A page's tracks are most of it, and are written once for all who get the page. */
export function playlistJson(served: ServedPlaylist, evaluation: FlagEvaluation, listener: Listener): string {
  const { groups, country, plan } = listener.persona;
  const rest: Omit<PlaylistJson, 'version' | 'tracks'> = {
    total: served.total,
    ...(served.suggestion === undefined ? {} : { suggestion: served.suggestion }),
    next: served.next,
    flag: {
      key: PLAYLIST_FLAG,
      value: evaluation.value,
      variationIndex: evaluation.variationIndex,
      reason: evaluation.reason,
      source: evaluation.source,
    },
    listener: { key: listener.key, groups, country: country ?? null, plan: plan ?? null },
    ...(served.failure === undefined ? {} : { notice: FALLBACK_NOTICE }),
  };
  return `{"version":"${served.version}","tracks":${tracksJson(served.tracks)},${JSON.stringify(rest).slice(1)}`;
}

const tracksJson = oncePer((tracks: readonly Track[]) => JSON.stringify(tracks.map(trackJson)));

const trackJson = (track: Track): Track => ({
  track_name: track.track_name,
  artist: track.artist,
  album_name: track.album_name,
  track_length: track.track_length,
  track_number: track.track_number,
  release_date: track.release_date,
});
