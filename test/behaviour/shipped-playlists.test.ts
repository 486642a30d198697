import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTracks } from '../../src/playlist/file/track-file.ts';
import { identityOf } from '../../src/playlist/identity.ts';

const root = join(import.meta.dirname, '..', '..');
const topTen = [...readTracks(join(root, 'playlist.json'))];
const all = [...readTracks(join(root, 'data', 'tracks.json'))];

describe('the playlist that ships', () => {
  test('has at least 150 songs, each once', () => {
    expect(all.length).toBeGreaterThanOrEqual(150);
    expect(new Set(all.map(identityOf)).size).toBe(all.length);
  });

  test('begins with its top ten', () => {
    expect(topTen).toHaveLength(10);
    expect(all.slice(0, 10)).toEqual(topTen);
  });

  test('says one release date for one album', () => {
    const dates = new Map<string, string>();
    for (const { album_name, release_date } of all) {
      expect(dates.get(album_name) ?? release_date, album_name).toBe(release_date);
      dates.set(album_name, release_date);
    }
  });

  test('has no two tracks in one place of an album', () => {
    const places = all.map(({ album_name, track_number }) => `${album_name} ${track_number}`);
    expect(new Set(places).size).toBe(all.length);
  });

  test('spans seven decades', () => {
    expect(new Set(all.map(({ release_date }) => release_date.slice(0, 3))).size).toBeGreaterThanOrEqual(7);
  });
});
