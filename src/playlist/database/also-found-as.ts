import { UNKNOWN } from '../import/import-row.ts';
import type { Track } from '../playlist.ts';

/** Punctuation between two letters, as in AC/DC and Don't. */
const INNER_PUNCTUATION = /(?<=[\p{L}\p{N}\p{M}])[^\p{L}\p{N}\p{M}\s]+(?=[\p{L}\p{N}])/gu;

/**
 * What listeners type beside the words of a track: its words without their inner punctuation, and the year.
 *
 * @example
 * alsoFoundAs({ track_name: 'T.N.T.', artist: 'AC/DC', album_name: 'High Voltage', release_date: '1976-05-14' }); // 'TNT. ACDC 1976'
 */
export function alsoFoundAs(
  track: Pick<Track, 'track_name' | 'artist' | 'album_name' | 'release_date'>,
): string {
  const words = `${track.track_name} ${track.artist} ${track.album_name}`.split(/\s+/);
  const joined = words.map((word) => [word, word.replaceAll(INNER_PUNCTUATION, '')] as const);
  return [
    ...joined.flatMap(([word, without]) => (without === word ? [] : [without])),
    ...(track.release_date === UNKNOWN.release_date ? [] : [track.release_date.slice(0, 4)]),
  ].join(' ');
}
