import { decodeText } from '../file/file-bytes.ts';
import { completeTrack, trackLengthOf } from './import-row.ts';
import type { ImportRow, RawTrack } from './import-row.ts';
import { lines } from './lines.ts';

/** Seconds, perhaps attributes with values in quotes, a comma, and the name. */
const EXTINF = /^#EXTINF:\s*(-?\d+(?:\.\d+)?)[^,"]*(?:"[^"]*"[^,"]*)*,(.*)$/i;
/** `#EXTART:` and `#EXTALB:` as players write them beside `#EXTINF:`. */
const EXTRA = /^#EXT(ART|ALB):(.*)$/i;
const DASH = / [-–—] /;

/** An extended M3U: of an entry it knows length, artist and title at best, without `#EXTINF` only its path. */
export function* readM3u8Rows(bytes: Iterable<Uint8Array>): Generator<ImportRow> {
  let number = 0;
  let position = 0;
  let about: { readonly line: number; readonly seconds: number; readonly name: string } | null = null;
  let artist: string | undefined;
  let album: string | undefined;

  for (const line of lines(decodeText(bytes))) {
    number++;
    const text = line.trim();
    if (text === '') continue;
    if (text.startsWith('#')) {
      const [, kind, value] = EXTRA.exec(text) ?? [];
      if (kind !== undefined) {
        if (kind.toUpperCase() === 'ART') artist = value;
        else album = value;
      } else if (/^#EXTINF\b/i.test(text)) {
        if (about !== null) yield withoutPath(about.line);
        const [, seconds, name] = EXTINF.exec(text) ?? [];
        about = { line: number, seconds: Number(seconds ?? -1), name: name?.trim() ?? '' };
      }
      continue;
    }
    position++;
    const named = splitName(about === null || about.name === '' ? nameOfPath(text) : about.name);
    const raw: RawTrack = {
      track_name: named.title,
      artist: artist ?? named.artist,
      album_name: album,
      // 0 and −1 both say that the length is not known.
      track_length: about !== null && about.seconds > 0 ? trackLengthOf(about.seconds) : undefined,
    };
    yield completeTrack(raw, about?.line ?? number, position);
    about = null;
    artist = undefined;
  }
  if (about !== null) yield withoutPath(about.line);
}

function withoutPath(line: number): ImportRow {
  return { kind: 'bad', line, reason: 'expected a path or an address after #EXTINF, came nothing' };
}

/** `artist - title`; a title may hold further dashes. */
function splitName(name: string): { readonly artist?: string; readonly title: string } {
  const dash = DASH.exec(name);
  if (dash === null) return { title: name };
  return { artist: name.slice(0, dash.index), title: name.slice(dash.index + dash[0].length) };
}

/** The last part of a path or an address, without its extension. */
function nameOfPath(path: string): string {
  const last = path.split(/[?#]/, 1)[0]?.split(/[\\/]/).at(-1) ?? '';
  const name = last.replace(/\.\w{1,5}$/, '');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
