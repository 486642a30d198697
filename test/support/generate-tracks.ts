import type { Track } from '../../src/playlist/playlist.ts';

const ONSETS = [
  'b',
  'd',
  'f',
  'g',
  'h',
  'j',
  'k',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'v',
  'w',
  'z',
  'br',
  'ch',
  'st',
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'á', 'é', 'ö', 'ai', 'ou'];
const CODAS = ['', '', '', 'n', 'r', 's', 'l', 'm', 'nd', 'rk'];
const SMALL_WORDS = ['the', 'a', 'of', 'and', 'in', 'you', 'i', 'to', 'my', 'me', 'on', 'it', 'love', 'your'];

const VOCABULARY = 20_000;
const ARTISTS = 30_000;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(1955, 0, 1);
const DAYS = 70 * 365;

/**
 * Made-up tracks that look like a real collection: few words in most titles and many in few, artists with many albums.
 * The same `seed` always gives the same tracks, and more of them begin with fewer.
 */
export function* generateTracks(count: number, seed = 1): Generator<Track> {
  const random = mulberry32(seed);
  const words = Array.from({ length: VOCABULARY }, (_, index) =>
    index < SMALL_WORDS.length ? (SMALL_WORDS[index] ?? '') : madeUpWord(random),
  );
  const phrase = (most: number): string =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () =>
      capitalised(words[frequentFirst(random, VOCABULARY)] ?? ''),
    ).join(' ');
  const artists = Array.from({ length: Math.min(ARTISTS, Math.ceil(count / 20) + 1) }, () => phrase(3));

  for (let number = 1; number <= count; number++) {
    const artist = artists[frequentFirst(random, artists.length)] ?? '';
    const seconds = 60 + Math.floor(random() * 480);
    yield {
      // Every tenth million would repeat itself without a number.
      track_name: `${phrase(5)} ${number.toString(36)}`,
      artist,
      album_name: phrase(4),
      track_length: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
      track_number: 1 + Math.floor(random() * 20),
      release_date: new Date(FIRST_DAY_MS + Math.floor(random() * DAYS) * DAY_MS).toISOString().slice(0, 10),
    };
  }
}

/** Zipf's law, near enough: the logarithm of the rank is uniform. */
function frequentFirst(random: () => number, size: number): number {
  return Math.min(size - 1, Math.floor(Math.exp(random() * Math.log(size + 1)) - 1));
}

function madeUpWord(random: () => number): string {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  return Array.from(
    { length: 1 + Math.floor(random() * 4) },
    () => pick(ONSETS) + pick(VOWELS) + pick(CODAS),
  ).join('');
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Tommy Ettinger's mulberry32: 32 bits of state, even enough for test data. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
