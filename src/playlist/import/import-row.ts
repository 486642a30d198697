import type { Track } from '../playlist.ts';
import { describeIssue } from '../file/track-file.ts';
import { trackSchema } from '../file/track-schema.ts';

export type TrackField = keyof Track;

/** What became of one entry of a file. */
export type ImportRow =
  | {
      readonly kind: 'track';
      readonly line: number;
      readonly track: Track;
      /** The file did not say; what stands there instead is `UNKNOWN`, or the entry's position. */
      readonly filled: readonly TrackField[];
    }
  | { readonly kind: 'bad'; readonly line: number; readonly reason: string };

/** What stands where a file says nothing; none of it can be taken for a fact. */
export const UNKNOWN = {
  artist: 'Unknown artist',
  album_name: 'Unknown album',
  track_length: '0:00',
  release_date: '0001-01-01',
} as const;

/** An entry as a file has it, in the playlist's words; what is absent or blank, the file does not say. */
export interface RawTrack {
  readonly track_name: string;
  readonly artist?: string | undefined;
  readonly album_name?: string | undefined;
  readonly track_length?: string | undefined;
  readonly track_number?: number | undefined;
  readonly release_date?: string | undefined;
}

/** @param position of the entry in its file, from 1: the number of a track that has none. */
export function completeTrack(raw: RawTrack, line: number, position: number): ImportRow {
  const filled: TrackField[] = [];
  const given = <Value>(field: TrackField, value: Value | undefined, otherwise: Value): Value => {
    if (value !== undefined && value !== '') return value;
    filled.push(field);
    return otherwise;
  };
  const track: Track = {
    track_name: onOneLine(raw.track_name),
    artist: given('artist', raw.artist && onOneLine(raw.artist), UNKNOWN.artist),
    album_name: given('album_name', raw.album_name && onOneLine(raw.album_name), UNKNOWN.album_name),
    track_length: given('track_length', raw.track_length, UNKNOWN.track_length),
    track_number: given('track_number', raw.track_number, position),
    release_date: given('release_date', raw.release_date, UNKNOWN.release_date),
  };
  return checkedRow(track, line, filled);
}

/** A cell may hold line breaks; a name has none. */
function onOneLine(text: string): string {
  return text.trim().replaceAll(/\s+/gu, ' ');
}

/** A track as it came, if it is one. */
export function checkedRow(value: unknown, line: number, filled: readonly TrackField[] = []): ImportRow {
  const parsed = trackSchema.safeParse(value);
  if (!parsed.success) return { kind: 'bad', line, reason: describeIssue(value, parsed.error) };
  const { track_name, artist, album_name } = parsed.data;
  // What the decoder could not read it has replaced by U+FFFD: the name is lost, and a wrong one is worse than none.
  if (`${track_name}${artist}${album_name}`.includes('\uFFFD')) {
    return { kind: 'bad', line, reason: 'expected UTF-8, came other bytes' };
  }
  return { kind: 'track', line, track: parsed.data, filled };
}

/** `m:ss`, rounded; `undefined` for what is no length. */
export function trackLengthOf(seconds: number): string | undefined {
  if (!Number.isFinite(seconds) || seconds < 0) return undefined;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
