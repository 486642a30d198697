import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { buildDatabase } from '../../src/playlist/database/build-database.ts';
import { openDatabase } from '../../src/playlist/database/playlist-database.ts';
import type { PlaylistDatabase } from '../../src/playlist/database/playlist-database.ts';
import { temporaryNameFor } from '../../src/playlist/file/temporary-files.ts';
import type { FullPlaylist, PlaylistPage, PlaylistQuery, Track } from '../../src/playlist/playlist.ts';

export function aTrack(fields: Partial<Track> = {}): Track {
  return {
    track_name: 'Hey Joe',
    artist: 'The Leaves',
    album_name: 'Hey Joe',
    track_length: '2:53',
    track_number: 4,
    release_date: '1966-07-01',
    ...fields,
  };
}

export function tracksNamed(...names: readonly string[]): readonly Track[] {
  return names.map((track_name) => aTrack({ track_name }));
}

export function namesOf(page: PlaylistPage): readonly string[] {
  return page.tracks.map((track) => track.track_name);
}

export function writeTrackFile(file: string, tracks: readonly unknown[]): void {
  writeFileSync(file, JSON.stringify(tracks));
}

/** A database of these tracks, for several tests: `remove` it when they have finished. */
export function sharedDatabaseOf(tracks: readonly Track[]): {
  database: PlaylistDatabase;
  remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-playlist-'));
  const trackFile = join(folder, 'tracks.json');
  const databaseFile = join(folder, 'playlist.db');
  writeTrackFile(trackFile, tracks);
  buildDatabase({ trackFile, databaseFile, temporaryFile: temporaryNameFor(databaseFile) });
  const database = openDatabase(databaseFile);
  const remove = (): void => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { database, remove };
}

/** A database of these tracks, removed when the test has finished. */
export function aDatabaseOf(tracks: readonly Track[]): PlaylistDatabase {
  const { database, remove } = sharedDatabaseOf(tracks);
  onTestFinished(remove);
  return database;
}

/** Every page from the first to the last, each from the cursor before. */
export function everyPage(playlist: FullPlaylist, query: PlaylistQuery): readonly PlaylistPage[] {
  const pages = [playlist.page(query)];
  for (let next = pages[0]?.next ?? null; next !== null; next = pages.at(-1)?.next ?? null) {
    pages.push(playlist.page({ ...query, cursor: next }));
  }
  return pages;
}

export interface Events<Event> {
  readonly push: (event: Event) => void;
  /** The next that has not been asked for yet. */
  readonly next: () => Promise<Event>;
}

/** Events kept until somebody asks for them. */
export function events<Event>(): Events<Event> {
  const kept: Event[] = [];
  let waiting: ((event: Event) => void) | null = null;
  return {
    push(event) {
      if (waiting === null) kept.push(event);
      else waiting(event);
      waiting = null;
    },
    next: () =>
      new Promise((resolve) => {
        const event = kept.shift();
        if (event === undefined) waiting = resolve;
        else resolve(event);
      }),
  };
}
