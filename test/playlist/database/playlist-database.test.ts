import { fc } from '../../support/seeded-fast-check.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PlaylistDatabase } from '../../../src/playlist/database/playlist-database.ts';
import { generateTracks } from '../../support/generate-tracks.ts';
import { InvalidCursorError, SORT_COLUMNS } from '../../../src/playlist/playlist.ts';
import type { PlaylistPage, PlaylistQuery, Track } from '../../../src/playlist/playlist.ts';
import {
  aDatabaseOf,
  aTrack,
  everyPage,
  namesOf,
  sharedDatabaseOf,
  tracksNamed,
} from '../../support/playlist-databases.ts';

const tracks = [...generateTracks(250)];
let database: PlaylistDatabase;

beforeAll(() => {
  const shared = sharedDatabaseOf(tracks);
  ({ database } = shared);
  return shared.remove;
});

function nextOf({ next }: PlaylistPage): string {
  if (next === null) throw new Error('expected a next page');
  return next;
}

const ORDERS: readonly PlaylistQuery[] = SORT_COLUMNS.flatMap((sort) =>
  [false, true].flatMap((descending) => [
    { sort, descending },
    { sort, descending, q: 't' },
  ]),
);

describe('pages', () => {
  test.each(ORDERS)('%j: forward and back again are the same, without repeats', (order) => {
    const query = { ...order, limit: 7 };
    const pages = everyPage(database, query);
    const forward = pages.flatMap(namesOf);
    expect(forward).toHaveLength(pages[0]?.total ?? -1);
    expect(new Set(forward).size).toBe(forward.length);
    expect(forward).toEqual(everyPage(database, { ...order, limit: 100 }).flatMap(namesOf));

    const back: string[] = [...namesOf(pages.at(-1) ?? ({ ...pages[0], tracks: [] } as never))];
    let previous = pages.at(-1)?.previous ?? null;
    while (previous !== null) {
      const page = database.page({ ...query, cursor: previous });
      back.unshift(...namesOf(page));
      expect(page.next).not.toBeNull();
      previous = page.previous;
    }
    expect(back).toEqual(forward);
  });

  test('descending is ascending from its end', () => {
    for (const sort of SORT_COLUMNS) {
      const ascending = everyPage(database, { sort }).flatMap(namesOf);
      expect(everyPage(database, { sort, descending: true }).flatMap(namesOf)).toEqual(
        ascending.toReversed(),
      );
    }
  });

  test.each([
    ['track_name', ['Ábba', 'abc', 'Zoo'], (track_name: string) => ({ track_name })],
    ['artist', ['a-ha', 'Édith Piaf', 'Zaz'], (artist: string) => ({ artist })],
    ['album_name', ['1984', 'alt', 'Älter', 'Bad'], (album_name: string) => ({ album_name })],
    ['track_length', ['0:59', '9:59', '10:00', '100:00'], (track_length: string) => ({ track_length })],
    ['track_number', [1, 2, 10, 100], (track_number: number) => ({ track_number })],
    [
      'release_date',
      ['1959-08-17', '1999-12-31', '2000-01-01'],
      (release_date: string) => ({ release_date }),
    ],
  ] as const)('sort by %s: %j', (sort, values, fieldOf) => {
    const shuffled = [...values].toReversed().map((value, index) =>
      aTrack({
        track_name: `Track ${index}`,
        ...(fieldOf as (value: string | number) => Partial<Track>)(value),
      }),
    );
    const sorted = aDatabaseOf(shuffled).page({ sort }).tracks;
    expect(sorted.map((track) => track[sort])).toEqual(values);
  });

  test('the order of the playlist is its own without a sort', () => {
    expect(everyPage(database, { limit: 30 }).flatMap((page) => page.tracks)).toEqual(tracks);
  });

  test.each([
    [undefined, 50],
    [1, 1],
    [0, 1],
    [-5, 1],
    [100, 100],
    [1000, 100],
  ])('with a limit of %s has %i tracks', (limit, expected) => {
    const page = database.page(limit === undefined ? {} : { limit });
    expect(page.tracks).toHaveLength(expected);
  });

  test('the first has none before it, the last none after it, and one that holds all neither', () => {
    const three = aDatabaseOf(tracksNamed('A', 'B', 'C'));
    const [first, last] = everyPage(three, { limit: 2 });
    expect([first?.previous, last?.next]).toEqual([null, null]);
    expect(three.page({ limit: 3 })).toMatchObject({ previous: null, next: null, total: 3 });
  });
});

describe('a cursor', () => {
  const query: PlaylistQuery = { q: 't', limit: 5 };

  test('may go on with another size of page', () => {
    const cursor = nextOf(database.page({ limit: 10 }));
    expect(database.page({ limit: 3, cursor }).tracks).toEqual(tracks.slice(10, 13));
  });

  test('is only good for the query that gave it', () => {
    const cursor = nextOf(database.page(query));
    for (const other of [{}, { q: 'a' }, { q: 't', sort: 'artist' }, { q: 't', descending: true }] as const) {
      expect(() => database.page({ ...other, cursor })).toThrow(InvalidCursorError);
    }
    expect(database.page({ q: ' T ', cursor }).total).toBeGreaterThan(5);
  });

  test('with any one character changed, added or left out is refused', () => {
    const cursor = nextOf(database.page(query));
    for (let at = 0; at < cursor.length; at++) {
      const [before, after] = [cursor.slice(0, at), cursor.slice(at + 1)];
      const other = cursor[at] === 'A' ? 'B' : 'A';
      for (const changed of [`${before}${other}${after}`, `${before}${after}`, `${before}=${after}`]) {
        expect(() => database.page({ ...query, cursor: changed }), changed).toThrow(InvalidCursorError);
      }
    }
  });

  test('that no page gave is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (cursor) => {
        expect(() => database.page({ cursor })).toThrow(InvalidCursorError);
      }),
    );
    expect(() => database.page({ cursor: 'A'.repeat(1_000_000) })).toThrow(InvalidCursorError);
  });
});

/** Tracks put in anywhere, between two pages. */
const insertions = fc.array(
  fc.array(fc.record({ at: fc.nat(60), letter: fc.constantFrom(...'abcdef'.split('')) }), { maxLength: 4 }),
  {
    minLength: 1,
    maxLength: 5,
  },
);

describe('while rows are added', () => {
  test('paging on neither repeats nor leaves out what was there', () => {
    let added = 0;
    fc.assert(
      fc.property(
        insertions,
        fc.constantFrom(...SORT_COLUMNS),
        fc.boolean(),
        fc.constantFrom(undefined, 'l'),
        fc.boolean(),
        (between, sort, descending, q, turnsBack) => {
          let current: readonly Track[] = [...generateTracks(24)].map((track, index) => ({
            ...track,
            artist: `${'abcdef'[index % 6]} Loud`,
          }));
          const original = new Set(current.map(({ track_name }) => track_name));
          const query: PlaylistQuery = { sort, descending, limit: 4, ...(q === undefined ? {} : { q }) };
          const seen: string[] = [];
          let page = aDatabaseOf(current).page(query);
          seen.push(...namesOf(page));
          for (let turn = 0; page.next !== null; turn++) {
            const next = [...current];
            for (const { at, letter } of between[turn] ?? []) {
              const track_name = `${letter} new ${added++}`;
              next.splice(
                at,
                0,
                aTrack({ track_name, artist: `${letter} Loud`, track_length: `${at % 9}:00` }),
              );
            }
            current = next;
            const database = aDatabaseOf(current);
            page = database.page({ ...query, cursor: page.next });
            seen.push(...namesOf(page));
            if (turnsBack && page.previous !== null) {
              // A look back sees nothing that is not before this page.
              const before = namesOf(database.page({ ...query, cursor: page.previous }));
              expect(before.filter((name) => namesOf(page).includes(name))).toEqual([]);
            }
          }
          const old = seen.filter((name) => original.has(name));
          expect(old).toHaveLength(original.size);
          expect(new Set(old)).toEqual(original);
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('among more matches than are ranked, too', () => {
    const before = [...generateTracks(400)].map((track) => ({ ...track, album_name: 'Loud' }));
    const first = aDatabaseOf(before).page({ q: 'loud', limit: 100 });
    const after = [...tracksNamed('Loud', 'Louder').map((track) => ({ ...track, artist: 'New' })), ...before];
    const database = aDatabaseOf(after);
    const seen = [...namesOf(first)];
    for (let { next } = first; next !== null;) {
      const page = database.page({ q: 'loud', limit: 100, cursor: next });
      seen.push(...namesOf(page));
      ({ next } = page);
    }
    expect(seen.filter((name) => !name.startsWith('Loud'))).toHaveLength(400);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('when the row at the edge is gone, the next one follows', () => {
    const names = 'ABCDEFGH'.split('');
    for (const query of [{}, { sort: 'track_name' }, { q: 'leaves' }] as const) {
      const { next } = aDatabaseOf(tracksNamed(...names)).page({ ...query, limit: 3 });
      const database = aDatabaseOf(tracksNamed(...names.filter((name) => name !== 'C')));
      const page = database.page({ ...query, limit: 3, cursor: next ?? '' });
      expect(namesOf(page)).toEqual(['D', 'E', 'F']);
      expect(namesOf(database.page({ ...query, limit: 3, cursor: page.previous ?? '' }))).toEqual(['A', 'B']);
    }
  });
});
