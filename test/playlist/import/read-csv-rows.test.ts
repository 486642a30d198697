import { describe, expect, test } from 'vitest';
import { complaintsIn, rowsOf, tracksIn } from '../../support/imported-rows.ts';

const NEWER =
  'Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Added By,Added At,Genres,Record Label,Danceability';
const OLDER =
  '"Track URI","Track Name","Artist Name(s)","Album Name","Album Artist Name(s)","Album Release Date","Album Image URL","Disc Number","Track Number","Track Duration (ms)","ISRC","Added At"';

describe("a spreadsheet is read by its headings: Exportify's", () => {
  test('newer ones, with several artists and no track numbers', async () => {
    const rows = await rowsOf(
      'mine.csv',
      `\uFEFF${NEWER}\n` +
        'spotify:track:1,Joga,Homogenic,Björk,1997-09-22,305000,60,false,,2024-01-01T00:00:00Z,"art pop",OLI,0.5\n' +
        'spotify:track:2,"See You, Again",Flower Boy,"Tyler, The Creator;Kali Uchis",2017-07,180387,80,true,,,,,\n',
    );
    expect(rows).toEqual([
      {
        kind: 'track',
        line: 2,
        track: {
          track_name: 'Joga',
          artist: 'Björk',
          album_name: 'Homogenic',
          track_length: '5:05',
          track_number: 1,
          release_date: '1997-09-22',
        },
        filled: ['track_number'],
      },
      {
        kind: 'track',
        line: 3,
        track: {
          track_name: 'See You, Again',
          artist: 'Tyler, The Creator, Kali Uchis',
          album_name: 'Flower Boy',
          track_length: '3:00',
          track_number: 2,
          release_date: '2017-07-01',
        },
        filled: ['track_number'],
      },
    ]);
  });

  test('older ones, all in quotes', async () => {
    const rows = await rowsOf(
      'mine.csv',
      `${OLDER}\r\n"spotify:track:1","Say ""Hi""","Ann, Bob","An\r\nAlbum","Ann","1999","https://i","1","7","59500","X","2020"\r\n`,
    );
    expect(tracksIn(rows)).toEqual([
      {
        track_name: 'Say "Hi"',
        artist: 'Ann, Bob',
        album_name: 'An Album',
        track_length: '1:00',
        track_number: 7,
        release_date: '1999-01-01',
      },
    ]);
  });
});

describe('and others', () => {
  test.each([
    [
      "the playlist's own names",
      'track_name,artist,album_name,track_length,track_number,release_date\nA,B,C,3:21,4,2001-02-03',
    ],
    [
      'semicolons between columns',
      'Title;Artist;Album;Duration;Track Number;Year-less;Date\nA;B;C;03:21;4;;2001-02-03',
    ],
    [
      'tabs, capitals and blanks',
      ' NAME \tARTIST\tALBUM\tTIME\tTRACK NUMBER\tRELEASE DATE\nA\tB\tC\t201\t4\t2001-02-03T10:00:00Z',
    ],
    [
      'columns in another order, empty lines between',
      'Release Date,Track Number,Album,Artist,Title,Length\n\n2001-02-03,4,C,B,A,3:21\n\n',
    ],
  ])('%s', async (_, content) => {
    expect(await rowsOf('mine.csv', content)).toMatchObject([
      {
        kind: 'track',
        track: {
          track_name: 'A',
          artist: 'B',
          album_name: 'C',
          track_length: '3:21',
          track_number: 4,
          release_date: '2001-02-03',
        },
        filled: [],
      },
    ]);
  });

  test('UTF-16 with its mark', async () => {
    const content = Buffer.from('\uFEFFTitle,Artist\nJóga,Björk\n', 'utf16le');
    expect(tracksIn(await rowsOf('mine.csv', content))).toMatchObject([
      { track_name: 'Jóga', artist: 'Björk' },
    ]);
  });

  test('an hour long, and more', async () => {
    const rows = await rowsOf('mine.csv', 'Title,Duration\nLong,1:02:03\n');
    expect(tracksIn(rows)).toMatchObject([{ track_length: '62:03' }]);
  });
});

test('what a row does not say stands there as unknown, and is reported', async () => {
  const rows = await rowsOf('mine.csv', 'Title,Artist,Album,Duration (ms),Release Date\nA,,,,0000\n');
  expect(rows).toEqual([
    {
      kind: 'track',
      line: 2,
      track: {
        track_name: 'A',
        artist: 'Unknown artist',
        album_name: 'Unknown album',
        track_length: '0:00',
        track_number: 1,
        release_date: '0001-01-01',
      },
      filled: ['artist', 'album_name', 'track_length', 'track_number', 'release_date'],
    },
  ]);
});

test.each([
  ['no name', ',B,1000,2001', '3: column "Title": expected 1 to 2000 characters, came ""'],
  [
    'a name of a megabyte',
    `${'x'.repeat(900_000)},B,1000,2001`,
    '3: column "Title": expected 1 to 2000 characters, came "xxx',
  ],
  [
    'a length in words',
    'A,B,long,2001',
    '3: column "Duration (ms)": expected minutes and seconds as "m:ss", seconds from 00 to 59, came "long"',
  ],
  ['a length below nothing', 'A,B,-1,2001', 'came "-1"'],
  [
    'a date that does not exist',
    'A,B,1000,2023-02-29',
    '3: column "Date": expected a date that exists, as "YYYY-MM-DD", came "2023-02-29"',
  ],
  ['a month that does not exist', 'A,B,1000,2023-13', 'came "2023-13-01"'],
  ['fewer fields than the header', 'A,B', '3: expected 4 fields, as the header has, came 2'],
  ['a NUL', 'A\0,B,1000,2001', 'expected text without control characters'],
])('a row with %s is skipped by its line; those around it are kept', async (_, row, expected) => {
  const rows = await rowsOf(
    'mine.csv',
    `Title,Artist,Duration (ms),Date\nFirst,B,1,2001\n${row}\nLast,B,1,2001\n`,
  );
  expect(tracksIn(rows).map(({ track_name }) => track_name)).toEqual(['First', 'Last']);
  expect(complaintsIn(rows)).toEqual([expect.stringContaining(expected)]);
});

test.each([
  ['"Shawn Mendes,Camila Cabello"', 'Shawn Mendes, Camila Cabello'],
  ['Shawn Mendes;Camila Cabello', 'Shawn Mendes, Camila Cabello'],
  ['"Tyler, The Creator"', 'Tyler, The Creator'],
  ['"10,000 Maniacs"', '10,000 Maniacs'],
])('the artists %s are %s', async (cell, expected) => {
  const rows = await rowsOf('mine.csv', `Track Name,Artist Name(s)\nA,${cell}\n`);
  expect(tracksIn(rows).map(({ artist }) => artist)).toEqual([expected]);
});

test('what is skipped is named in the order of the file, also what the parser itself refuses', async () => {
  const long = `"${'x'.repeat(1_100_000)}",B`;
  const rows = await rowsOf('mine.csv', `Title,Artist\n,B\nA,B\n${long}\n,B\n`);
  expect(rows.map(({ line }) => line)).toEqual(rows.map(({ line }) => line).toSorted((a, b) => a - b));
  expect(complaintsIn(rows)).toHaveLength(3);
});

test('a row with bytes that are not UTF-8 is skipped', async () => {
  const rows = await rowsOf('mine.csv', Buffer.from('Title,Artist\nBj\xF6rk,B\nFine,B\n', 'latin1'));
  expect(tracksIn(rows).map(({ track_name }) => track_name)).toEqual(['Fine']);
  expect(complaintsIn(rows)).toEqual(['2: expected UTF-8, came other bytes']);
});

test('a quote that is never closed is reported, and what came before it is kept', async () => {
  const rows = await rowsOf('mine.csv', 'Title,Artist\nFine,B\n"Open,B\nLost,B\n');
  expect(tracksIn(rows).map(({ track_name }) => track_name)).toEqual(['Fine']);
  expect(complaintsIn(rows)).toEqual([expect.stringMatching(/^\d: .*[Qq]uote/)]);
});

test('without a heading for the name nothing can be told apart', async () => {
  const rows = await rowsOf('mine.csv', 'A,B,C\n1,2,3\n');
  expect(complaintsIn(rows)).toEqual([
    '1: expected a header with a column such as "Track Name", came "A,B,C"',
  ]);
});
