import { describe, expect, test } from 'vitest';
import { aTrack } from '../../support/playlist-databases.ts';
import { complaintsIn, rowsOf, tracksIn } from '../../support/imported-rows.ts';

describe('an M3U8 list', () => {
  test('says length, artist and title; the rest is reported as unknown', async () => {
    const rows = await rowsOf(
      'mine.m3u8',
      '#EXTM3U\r\n#EXTINF:221,Die Ärzte - Schrei - nach Liebe\r\nmusic/1.mp3\r\n#EXTINF:-1 tvg-id="a,b" group="x",Only a Title\nhttps://example.org/2.mp3\n',
    );
    expect(rows).toMatchObject([
      {
        line: 2,
        track: {
          track_name: 'Schrei - nach Liebe',
          artist: 'Die Ärzte',
          track_length: '3:41',
          track_number: 1,
        },
        filled: ['album_name', 'track_number', 'release_date'],
      },
      {
        line: 4,
        track: {
          track_name: 'Only a Title',
          artist: 'Unknown artist',
          track_length: '0:00',
          track_number: 2,
        },
        filled: ['artist', 'album_name', 'track_length', 'track_number', 'release_date'],
      },
    ]);
  });

  test.each([
    ['a path alone', 'Music\\Björk - Jóga.flac', { artist: 'Björk', track_name: 'Jóga' }],
    [
      'an address alone',
      'https://example.org/a/Bj%C3%B6rk%20-%20J%C3%B3ga.mp3?x=1#y',
      { artist: 'Björk', track_name: 'Jóga' },
    ],
    ['an address that cannot be decoded', 'https://example.org/100%25%E0.mp3', { track_name: '100%25%E0' }],
    [
      'artist and album on lines of their own',
      '#EXTART:Björk\n#EXTALB:Homogenic\n#EXTINF:305,Jóga\nx.mp3',
      { artist: 'Björk', album_name: 'Homogenic', track_name: 'Jóga' },
    ],
    ['an #EXTINF that cannot be read', '#EXTINF:soon,A - B\nC - D.mp3', { artist: 'C', track_name: 'D' }],
  ])('with %s', async (_, content, expected) => {
    expect(tracksIn(await rowsOf('mine.m3u', content))).toMatchObject([expected]);
  });

  test('with an #EXTINF that nothing follows tells its line', async () => {
    const rows = await rowsOf(
      'mine.m3u8',
      '#EXTM3U\n#EXTINF:1,A - B\n#EXTINF:2,C - D\nx.mp3\n#EXTINF:3,E - F',
    );
    expect(tracksIn(rows)).toMatchObject([{ track_name: 'D' }]);
    expect(complaintsIn(rows).map((complaint) => complaint.slice(0, 2))).toEqual(['2:', '5:']);
  });

  test('with a line of a megabyte skips it', async () => {
    const rows = await rowsOf('mine.m3u8', `#EXTM3U\n#EXTINF:1,${'x'.repeat(1_000_000)}\na.mp3\nFine.mp3\n`);
    expect(tracksIn(rows)).toMatchObject([{ track_name: 'Fine' }]);
    expect(complaintsIn(rows)).toHaveLength(1);
  });
});

describe('a JSON list', () => {
  test('is kept as it is', async () => {
    const rows = await rowsOf(
      'mine.json',
      JSON.stringify([aTrack(), aTrack({ track_name: 'Other' })], null, 2),
    );
    expect(rows).toEqual([
      { kind: 'track', line: 2, track: aTrack(), filled: [] },
      { kind: 'track', line: 10, track: aTrack({ track_name: 'Other' }), filled: [] },
    ]);
  });

  test('has its bad entries skipped by line', async () => {
    const fine = JSON.stringify(aTrack());
    const rows = await rowsOf('mine.json', `[\n{"track_name": "A"},\n${fine},\n{oops},\n7\n]`);
    expect(tracksIn(rows)).toEqual([aTrack()]);
    expect(complaintsIn(rows)).toEqual([
      '2: artist: expected 1 to 2000 characters, came nothing',
      '4: expected JSON, came "{oops}"',
      '5: expected an object with the fields of a track, came 7',
    ]);
  });

  test('that breaks off is reported by line', async () => {
    const rows = await rowsOf('mine.json', `[${JSON.stringify(aTrack())},\n{"track_name": "half`);
    expect(tracksIn(rows)).toEqual([aTrack()]);
    expect(complaintsIn(rows)).toEqual([
      '2: expected the list to be closed with ], came the end; nothing is read from here on',
    ]);
  });
});

test.each([
  ['list', `[${JSON.stringify(aTrack())}]`],
  ['list.txt', '#EXTM3U\n#EXTINF:173,The Leaves - Hey Joe\nx.mp3'],
  ['list.txt', 'Track Name,Artist\nHey Joe,The Leaves'],
])('without an extension that says so, %s is known by how it begins: %.10j', async (name, content) => {
  expect(tracksIn(await rowsOf(name, content))).toMatchObject([
    { track_name: 'Hey Joe', artist: 'The Leaves' },
  ]);
});
