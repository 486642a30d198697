import { expect, test } from 'vitest';
import { alsoFoundAs } from '../../../src/playlist/database/also-found-as.ts';
import { aTrack } from '../../support/playlist-databases.ts';

test.each([
  [{ track_name: 'Back in Black', artist: 'AC/DC' }, 'ACDC'],
  [{ track_name: 'Don’t Speak' }, 'Dont'],
  [{ track_name: 'T.N.T.' }, 'TNT.'],
  [{ track_name: 'Beyoncé', artist: 'Beyonce\u0301-Knowles' }, 'Beyonce\u0301Knowles'],
  [{ track_name: '“Heroes”' }, ''],
])('%j is also found as %j', (fields, expected) => {
  const track = aTrack({ artist: 'x', album_name: 'y', release_date: '0001-01-01', ...fields });
  expect(alsoFoundAs(track)).toBe(expected);
});

test('a track is also found by its year', () => {
  const track = aTrack({ track_name: 'a', artist: 'b', album_name: 'c', release_date: '1976-05-14' });
  expect(alsoFoundAs(track)).toBe('1976');
});
