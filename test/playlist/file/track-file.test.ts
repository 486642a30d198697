import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PlaylistFileError, readTracks } from '../../../src/playlist/file/track-file.ts';
import { aTrack, writeTrackFile } from '../../support/playlist-databases.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function complaintAbout(file: string): string {
  try {
    return `no complaint, but ${[...readTracks(file)].length} tracks`;
  } catch (error) {
    expect(error).toBeInstanceOf(PlaylistFileError);
    const { message } = error as PlaylistFileError;
    expect(message.startsWith(`${file}: `), message).toBe(true);
    expect(message).not.toMatch(/[\n\r]/);
    return message.slice(file.length + 2);
  }
}

describe('a broken entry stops the reading, and the message names entry and field, what was expected and what came', () => {
  test.each([
    [{ track_name: undefined }, '(line 1): track_name: expected 1 to 2000 characters, came nothing'],
    [{ track_name: '' }, '"" (line 1): track_name: expected 1 to 2000 characters, came ""'],
    [{ track_name: ' \t' }, 'track_name: expected 1 to 2000 characters, came " \\t"'],
    [{ track_name: 7 }, 'track_name: expected 1 to 2000 characters, came 7'],
    [{ track_name: 'x'.repeat(1_000_000) }, 'track_name: expected 1 to 2000 characters, came "xxxx'],
    [{ track_name: 'a\0b' }, 'track_name: expected text without control characters, came "a\\u0000b"'],
    [{ track_name: 'a\uD800b' }, 'track_name: expected text without control characters, came "a\\ud800b"'],
    [{ track_name: 'a\nb' }, 'track_name: expected text without control characters, came "a\\nb"'],
    [{ artist: null }, '"Hey Joe" (line 1): artist: expected 1 to 2000 characters, came null'],
    [{ album_name: ['x'] }, 'album_name: expected 1 to 2000 characters, came a list'],
    [
      { track_length: '3:75' },
      'track_length: expected minutes and seconds as "m:ss", seconds from 00 to 59, came "3:75"',
    ],
    [
      { track_length: -1 },
      'track_length: expected minutes and seconds as "m:ss", seconds from 00 to 59, came -1',
    ],
    [{ track_length: '-1:30' }, 'came "-1:30"'],
    [{ track_number: 0 }, 'track_number: expected a whole number from 1 on, came 0'],
    [{ track_number: 1.5 }, 'track_number: expected a whole number from 1 on, came 1.5'],
    [{ track_number: '3' }, 'track_number: expected a whole number from 1 on, came "3"'],
    [{ track_number: 1e300 }, 'track_number: expected a whole number from 1 on, came 1e+300'],
    [
      { release_date: '2023-02-29' },
      'release_date: expected a date that exists, as "YYYY-MM-DD", came "2023-02-29"',
    ],
    [{ release_date: '2023' }, 'release_date: expected a date that exists, as "YYYY-MM-DD", came "2023"'],
  ])('%j', (fields, expected) => {
    const file = join(temporaryFolder(), 'tracks.json');
    writeTrackFile(file, [aTrack({ track_name: 'Fine' }), { ...aTrack(), ...fields }]);
    const complaint = complaintAbout(file);
    expect(complaint).toContain(expected);
    expect(complaint).toMatch(/^entry 2 /);
    expect(complaint.length).toBeLessThan(300);
  });
});

const fine = JSON.stringify(aTrack());

describe('a file that is no list of tracks stops the reading, and the message names the line', () => {
  test.each([
    ['', 'line 1: expected a JSON list, came nothing'],
    [' \n ', 'line 2: expected a JSON list, came nothing'],
    ['nonsense', 'line 1: expected a JSON list, [ … ]'],
    [fine, 'line 1: expected a JSON list, [ … ]'],
    ['[]', 'expected at least one track, came an empty list'],
    [`[${fine},\n`, 'line 2: expected the list to be closed with ], came the end'],
    [`[${fine},\n${fine.slice(0, 30)}`, 'line 2: expected the list to be closed with ], came the end'],
    [`[${fine},\n]`, 'entry 2 (line 2): expected JSON, came ""'],
    [`[${fine}\n${fine}]`, 'entry 1 (line 1): expected JSON, came'],
    [`[${fine}]\n[]`, 'line 2: expected nothing after the end of the list'],
    [`[${fine},\n{track_name: 1}]`, 'entry 2 (line 2): expected JSON, came "{track_name: 1}"'],
    [`[${fine},\n\n7]`, 'entry 2 (line 3): expected an object with the fields of a track, came 7'],
    [`[${fine},null]`, 'entry 2 (line 1): expected an object with the fields of a track, came null'],
    [`[${'['.repeat(45_000)}`, 'expected the list to be closed'],
    [
      `[${'['.repeat(45_000)}${']'.repeat(45_000)}]`,
      'expected an object with the fields of a track, came a list',
    ],
    [`[}]`, 'line 1: expected [ before ] and { before }'],
    [`["${'x'.repeat(9_000_000)}`, 'entry 1 is longer than 4 MB'],
  ])('%.40j', (content, expected) => {
    const file = join(temporaryFolder(), 'tracks.json');
    writeFileSync(file, content);
    expect(complaintAbout(file)).toContain(expected);
  });

  test.each([
    ['that is absent', () => {}, 'ENOENT'],
    ['that is a folder', (file: string) => mkdirSync(file), 'not a regular file'],
    [
      'that is a pipe without a writer',
      (file: string) => void execFileSync('mkfifo', [file]),
      'not a regular file',
    ],
  ])('one %s', (_, make, expected) => {
    const file = join(temporaryFolder(), 'tracks.json');
    make(file);
    expect(complaintAbout(file)).toContain(expected);
  });
});

test('a byte-order mark, fields beyond the six and a key named __proto__ do no harm', () => {
  const file = join(temporaryFolder(), 'tracks.json');
  writeFileSync(file, `\uFEFF[{"__proto__":{"polluted":true},"rating":5,${fine.slice(1)}]`);
  expect([...readTracks(file)]).toEqual([aTrack()]);
  expect('polluted' in {}).toBe(false);
});

test.each([
  ['</script><script>alert(1)</script>'],
  ['{{7*7}} <%= 7*7 %>'],
  ['\u202Eevil'],
  [`Z${'\u0300'.repeat(1000)}`],
  ['__proto__'],
  ['toString'],
  ['👩‍👩‍👧‍👦'],
])('%.20j is a name like any other', (track_name) => {
  const file = join(temporaryFolder(), 'tracks.json');
  writeTrackFile(file, [aTrack({ track_name })]);
  expect([...readTracks(file)]).toEqual([aTrack({ track_name })]);
});
