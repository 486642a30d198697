import { fc } from '../../support/seeded-fast-check.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { FREQUENT } from '../../../src/playlist/database/frequent-beginnings.ts';
import { alsoFoundAs } from '../../../src/playlist/database/also-found-as.ts';
import { fold } from '../../../src/playlist/database/fold.ts';
import { RANKED } from '../../../src/playlist/database/best-match.ts';
import { generateTracks } from '../../support/generate-tracks.ts';
import { SORT_COLUMNS } from '../../../src/playlist/playlist.ts';
import type { PlaylistDatabase } from '../../../src/playlist/database/playlist-database.ts';
import type { Track } from '../../../src/playlist/playlist.ts';
import {
  aDatabaseOf,
  aTrack,
  everyPage,
  namesOf,
  sharedDatabaseOf,
  tracksNamed,
} from '../../support/playlist-databases.ts';

const SOME: readonly Track[] = [
  aTrack({ track_name: 'Jóga', artist: 'Björk', album_name: 'Homogenic' }),
  aTrack({ track_name: 'Dreams', artist: 'Fleetwood Mac', album_name: 'Rumours' }),
  aTrack({ track_name: 'Dream On', artist: 'Aerosmith', album_name: 'Aerosmith' }),
  aTrack({ track_name: 'Sweet Dreams (Are Made of This)', artist: 'Eurythmics', album_name: 'Sweet Dreams' }),
  aTrack({ track_name: 'On', artist: 'Aphex Twin', album_name: 'On' }),
  aTrack({ track_name: 'AND OR NOT NEAR', artist: 'Operators', album_name: '"Quoted" * ^ album_name:' }),
  aTrack({ track_name: '東京', artist: '椎名林檎', album_name: '無罪モラトリアム' }),
  aTrack({ track_name: '__proto__', artist: 'toString', album_name: 'constructor' }),
  aTrack({ track_name: '</script><script>', artist: '{{7*7}}', album_name: '<%= 7*7 %>' }),
];

describe('a search', () => {
  let database: PlaylistDatabase;
  beforeAll(() => {
    const shared = sharedDatabaseOf(SOME);
    ({ database } = shared);
    return shared.remove;
  });

  test.each([
    ['a name', 'dreams', ['Dreams', 'Sweet Dreams (Are Made of This)']],
    ['an artist', 'fleetwood', ['Dreams']],
    ['an album', 'rumours', ['Dreams']],
    ['words from different fields, in any order', 'mac rumours dreams', ['Dreams']],
    ['beginnings of words', 'fle dre', ['Dreams']],
    ['but not middles of words', 'ream', []],
    ['letters without their accents', 'joga bjork', ['Jóga']],
    ['letters with accents that are not there', 'Drëàms Mäc', ['Dreams']],
    ['letters in any case', 'JÓGA', ['Jóga']],
    ['all words, not any', 'dreams homogenic', []],
    ['a word and its own beginning', 'dreams dr', ['Dreams', 'Sweet Dreams (Are Made of This)']],
    ["FTS5's operators as words", 'OR and NOT', ['AND OR NOT NEAR']],
    ['NEAR as a word', 'NEAR(and or, 2)', []],
    ["FTS5's column filter as words", 'track_name:dreams', []],
    ['quotes as no words', '"dream" "on"', ['Dream On']],
    ['an open quote, stars, carets and brackets', '"dream* ^(on', ['Dream On']],
    ['NUL as a space', 'dream\0on', ['Dream On']],
    ['other scripts', '東', ['東京']],
    ['markup as words', '<script>', ['</script><script>']],
    ['__proto__', '__proto__', ['__proto__']],
    ['toString', 'tostring constructor', ['__proto__']],
    ['no words at all', '🎉 ... !?', []],
    ['a word of ten thousand letters', 'x'.repeat(10_000), []],
    [
      'three thousand times a word',
      'dream '.repeat(3000),
      ['Dreams', 'Dream On', 'Sweet Dreams (Are Made of This)'],
    ],
  ])('finds %s', (_, q, expected) => {
    const page = database.page({ q });
    expect(new Set(namesOf(page))).toEqual(new Set(expected));
    expect(page).toMatchObject({
      total: expected.length,
      next: null,
      previous: null,
    });
  });

  test.each(['', '   ', '\t\n'])('for %j is none: everything is there', (q) => {
    expect(database.page({ q }).total).toBe(SOME.length);
  });

  test('has the best match first: the whole name, its beginning, words in it, then artist, then album', () => {
    const loved = aDatabaseOf([
      aTrack({ track_name: 'Z', artist: 'Z', album_name: 'Love' }),
      aTrack({ track_name: 'Y', artist: 'Love', album_name: 'Y' }),
      aTrack({ track_name: 'My Lover', artist: 'X', album_name: 'X' }),
      aTrack({ track_name: 'My Love', artist: 'W', album_name: 'W' }),
      aTrack({ track_name: 'Love Me Do', artist: 'V', album_name: 'V' }),
      aTrack({ track_name: 'Love', artist: 'U', album_name: 'U' }),
    ]);
    expect(namesOf(loved.page({ q: 'love' }))).toEqual([
      'Love',
      'Love Me Do',
      'My Love',
      'My Lover',
      'Y',
      'Z',
    ]);
  });
});

const ONLY_TYPED: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      ...'"\'*^:(){}+-,. \0\\%_[]'.split(''),
      'NEAR',
      'AND',
      'OR',
      'NOT',
      'a',
      '🎉',
      'é',
      '\uD800',
    ),
    maxLength: 60,
  }),
);

describe('whatever is typed', () => {
  let database: PlaylistDatabase;
  beforeAll(() => {
    const shared = sharedDatabaseOf(SOME);
    ({ database } = shared);
    return shared.remove;
  });

  test('is only words: a page comes back, in any order', () => {
    fc.assert(
      fc.property(ONLY_TYPED, fc.constantFrom(...SORT_COLUMNS), fc.boolean(), (q, sort, descending) => {
        const page = database.page({ q, sort, descending, limit: 100 });
        expect(page.tracks).toHaveLength(page.total);
      }),
      { numRuns: 300 },
    );
  });
});

const wordsOf = (text: string): readonly string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];

/** What a search must find, the slow way. */
function matchesIn(tracks: readonly Track[], q: string): readonly Track[] {
  return tracks.filter((track) => {
    const held = wordsOf(`${track.track_name} ${track.artist} ${track.album_name} ${alsoFoundAs(track)}`);
    return wordsOf(q).every((word) => held.some((heldWord) => heldWord.startsWith(word)));
  });
}

describe('among more tracks than a rare word has', () => {
  const tracks = [...generateTracks(3 * FREQUENT)];
  let database: PlaylistDatabase;
  beforeAll(() => {
    const shared = sharedDatabaseOf(tracks);
    ({ database } = shared);
    return shared.remove;
  });

  test.each([
    ['a frequent word', 'the'],
    ['a frequent letter', 'a'],
    ['two frequent letters', 't a'],
    ['frequent and rare', 't zzz'],
    ['frequent words that seldom meet', 'the of and in you'],
    ['one that is there once', tracks[77]?.track_name ?? ''],
    ['every letter', 'a b c d e f g h i j k l m n o p'],
  ])('%s finds just what it should, once each', (_, q) => {
    const expected = matchesIn(tracks, q);
    const pages = everyPage(database, { q, limit: 100 });
    const found = pages.flatMap((page) => page.tracks);
    expect(found).toHaveLength(expected.length);
    expect(new Set(found.map(({ track_name }) => track_name))).toEqual(
      new Set(expected.map(({ track_name }) => track_name)),
    );
    expect(pages.map(({ total }) => total)).toEqual(pages.map(() => expected.length));
  });

  test('so does any words that are made of what is there', () => {
    const beginning = fc
      .tuple(
        fc.constantFrom(...tracks.slice(0, 200).flatMap((track) => wordsOf(track.track_name + track.artist))),
        fc.integer({ min: 1, max: 5 }),
      )
      .map(([word, length]) => word.slice(0, length));
    fc.assert(
      fc.property(fc.array(beginning, { minLength: 1, maxLength: 4 }), (words) => {
        const q = words.join(' ');
        expect(database.page({ q }).total).toBe(matchesIn(tracks, q).length);
      }),
      { numRuns: 60 },
    );
  });

  test('behind the ranked candidates the others follow in the order of the playlist', () => {
    const found = everyPage(database, { q: 'the', limit: 100 }).flatMap((page) => page.tracks);
    const places = new Map(tracks.map(({ track_name }, place) => [track_name, place]));
    const rest = found.slice(RANKED).map(({ track_name }) => places.get(track_name));
    expect(rest.length).toBeGreaterThan(RANKED);
    expect(rest).toEqual(rest.toSorted((a = 0, b = 0) => a - b));
  });
});

test('a track list of one finds it', () => {
  expect(namesOf(aDatabaseOf(tracksNamed('Alone')).page({ q: 'alo' }))).toEqual(['Alone']);
});
