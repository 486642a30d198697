import type { RawTrack } from './import-row.ts';
import { trackLengthOf } from './import-row.ts';

/** Headings in lower case: the playlist's own first, then Exportify's (new and old), then what others write. */
const HEADINGS = [
  ['name', ['track_name', 'track name', 'name', 'title', 'song', 'track', 'track title']],
  ['artist', ['artist', 'artist name(s)', 'artist name', 'artists', 'track artist', 'artist_name']],
  ['album', ['album_name', 'album name', 'album', 'album title']],
  ['milliseconds', ['duration (ms)', 'track duration (ms)', 'duration_ms', 'duration ms']],
  ['length', ['track_length', 'length', 'duration', 'time', 'track length']],
  ['number', ['track_number', 'track number', 'track no', 'track #']],
  ['date', ['release_date', 'release date', 'album release date', 'album_release_date', 'date', 'year']],
] as const;
type Column = (typeof HEADINGS)[number][0];

/** Where each column stands, from 0; absent: the file has none. */
export type CsvColumns = { readonly [C in Column]?: number } & { readonly name: number };

/** `null` when no heading is a name's: then nothing can be told apart. */
export function columnsOf(headings: readonly string[]): CsvColumns | null {
  const known = headings.map((heading) => heading.trim().toLowerCase());
  const columns: { [C in Column]?: number } = {};
  for (const [column, names] of HEADINGS) {
    const found = names.map((name) => known.indexOf(name)).find((index) => index !== -1);
    if (found !== undefined) columns[column] = found;
  }
  return columns.name === undefined ? null : { ...columns, name: columns.name };
}

const COLUMN_OF = {
  track_name: ['name'],
  artist: ['artist'],
  album_name: ['album'],
  track_length: ['milliseconds', 'length'],
  track_number: ['number'],
  release_date: ['date'],
} as const satisfies Readonly<Record<keyof RawTrack, readonly Column[]>>;

/** A complaint that begins with a field of the playlist, in the words of the file's own header. */
export function inWordsOfHeader(reason: string, headings: readonly string[], columns: CsvColumns): string {
  return reason.replace(/^(\w+): /, (said, field: string) => {
    const [, names = []] = Object.entries(COLUMN_OF).find(([name]) => name === field) ?? [];
    const index = names.map((name) => columns[name]).find((found) => found !== undefined);
    return index === undefined ? said : `column "${(headings[index] ?? '').trim()}": `;
  });
}

export function rawTrackOf(record: readonly string[], columns: CsvColumns): RawTrack {
  const cell = (column: Column): string => {
    const index = columns[column];
    return index === undefined ? '' : (record[index] ?? '').trim();
  };
  const milliseconds = cell('milliseconds');
  return {
    track_name: cell('name'),
    artist: artistsOf(cell('artist')),
    album_name: cell('album'),
    track_length: milliseconds === '' ? lengthOf(cell('length')) : lengthOfMilliseconds(milliseconds),
    track_number: numberOf(cell('number')),
    release_date: dateOf(cell('date')),
  };
}

/** Exporters put a semicolon between artists, or a comma without a blank; in "10,000 Maniacs" the comma is the name's. */
function artistsOf(text: string): string {
  return text
    .split(/\s*;\s*|,(?=[^\s\d])/)
    .filter(Boolean)
    .join(', ');
}

/** What is not understood stays as it is: the schema refuses it, and the report says what came. */
function lengthOfMilliseconds(text: string): string {
  return (/^\d+(?:\.\d+)?$/.test(text) ? trackLengthOf(Number(text) / 1000) : undefined) ?? text;
}

/** `h:mm:ss`, `m:ss` or seconds. */
function lengthOf(text: string): string {
  const hours = /^(\d{1,2}):([0-5]\d):([0-5]\d)$/.exec(text);
  if (hours !== null) return `${Number(hours[1]) * 60 + Number(hours[2])}:${hours[3]}`;
  return (
    (/^\d+(?:\.\d+)?$/.test(text) ? trackLengthOf(Number(text)) : undefined) ?? text.replace(/^0(\d:)/, '$1')
  );
}

/** NaN, which the schema refuses, for what is no number. */
function numberOf(text: string): number | undefined {
  if (text === '' || text === '0') return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** A year or a month is completed to its first day; Spotify writes 0000 for a date that it does not know. */
function dateOf(text: string): string | undefined {
  if (text.startsWith('0000')) return undefined;
  if (/^\d{4}$/.test(text)) return `${text}-01-01`;
  if (/^\d{4}-\d\d$/.test(text)) return `${text}-01`;
  return /^\d{4}-\d\d-\d\dT/.test(text) ? text.slice(0, 10) : text;
}
