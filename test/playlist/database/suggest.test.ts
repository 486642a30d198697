import { describe, expect, test } from 'vitest';
import { aTrack, aDatabaseOf, namesOf } from '../../support/playlist-databases.ts';

const TRACKS = [
  aTrack({
    track_name: 'T.N.T.',
    artist: 'AC/DC',
    album_name: 'High Voltage',
    release_date: '1976-05-14',
  }),
  aTrack({ track_name: 'Don’t Stop Me Now', artist: 'Queen', release_date: '1978-11-10' }),
  aTrack({ track_name: 'Halo', artist: 'Beyoncé', release_date: '2008-11-18' }),
  aTrack({ track_name: 'Blinding Lights', artist: 'The Weeknd', release_date: '2020-03-20' }),
  aTrack({ track_name: 'Unknown Year', artist: 'Various', release_date: '0001-01-01' }),
];

const page = (q: string) => aDatabaseOf(TRACKS).page({ q });

describe('a search', () => {
  test.each([
    ['acdc', 'T.N.T.'],
    ['AC/DC', 'T.N.T.'],
    ['tnt', 'T.N.T.'],
    ['dont', 'Don’t Stop Me Now'],
    ['1976', 'T.N.T.'],
    ['queen 1978', 'Don’t Stop Me Now'],
  ])('for %s finds %s', (q, name) => {
    expect(namesOf(page(q))).toEqual([name]);
  });

  test('for the year of a track whose year is not known finds nothing', () => {
    expect(page('0001').total).toBe(0);
  });

  test.each([
    ['beyonse', 'beyonce'],
    ['blinding lihgts', 'blinding lights'],
    ['blindign ligths weeknd', 'blinding lights weeknd'],
  ])('for %s finds nothing and suggests %s, which finds something', (q, suggestion) => {
    expect(page(q)).toMatchObject({ total: 0, suggestion });
    expect(page(suggestion).total).toBeGreaterThan(0);
  });

  test.each([
    ['that nothing is near to', 'xylophone'],
    ['of known words that no track has together', 'halo queen'],
    ['of no words at all', '!!!'],
    ['with wildcards of SQL', '_alo%'],
    ['of one letter', 'z'],
  ])('%s finds nothing and suggests nothing', (_what, q) => {
    expect(page(q)).toMatchObject({ total: 0, suggestion: undefined });
  });

  test('that finds something suggests nothing', () => {
    expect(page('halo').suggestion).toBeUndefined();
  });
});
