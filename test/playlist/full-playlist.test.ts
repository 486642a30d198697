import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PlaylistFileError } from '../../src/playlist/file/track-file.ts';
import { openFullPlaylist } from '../../src/playlist/full-playlist.ts';
import type { FullPlaylistOptions, OpenFullPlaylist } from '../../src/playlist/full-playlist.ts';
import { generateTracks } from '../support/generate-tracks.ts';
import { aTrack, events, namesOf, tracksNamed, writeTrackFile } from '../support/playlist-databases.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { Events } from '../support/playlist-databases.ts';

interface Place {
  readonly folder: string;
  readonly trackFile: string;
  readonly ownTrackFile: string;
  readonly databaseFile: string;
}

function aPlace(): Place {
  const folder = temporaryFolder();
  return {
    folder,
    trackFile: join(folder, 'tracks.json'),
    ownTrackFile: join(folder, 'my-tracks.json'),
    databaseFile: join(folder, 'playlist.db'),
  };
}

interface Opened {
  readonly playlist: OpenFullPlaylist;
  readonly happened: Events<string>;
}

function opened(place: Place, more: Partial<FullPlaylistOptions> = {}): Opened {
  const happened = events<string>();
  const playlist = openFullPlaylist({
    ...place,
    onProblem: (problem) => happened.push(problem),
    onChange: () => happened.push('changed'),
    ...more,
  });
  onTestFinished(() => playlist.close());
  return { playlist, happened };
}

const names = (playlist: OpenFullPlaylist): readonly string[] => namesOf(playlist.page({}));

describe('at the start', () => {
  test('the database is built from the track file', () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('B', 'A'));
    const { playlist } = opened(place);
    expect(names(playlist)).toEqual(['B', 'A']);
    expect(playlist.problem()).toBeNull();
  });

  test('a database that was built from this very file is not built again', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('A'));
    await opened(place).playlist.close();
    const { ino } = statSync(place.databaseFile);
    writeTrackFile(place.trackFile, tracksNamed('A'));
    expect(names(opened(place).playlist)).toEqual(['A']);
    expect(statSync(place.databaseFile).ino).toBe(ino);
  });

  test('one that was built from another is', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('A'));
    await opened(place).playlist.close();
    writeTrackFile(place.trackFile, tracksNamed('B'));
    expect(names(opened(place).playlist)).toEqual(['B']);
  });

  test.each([
    ['empty', ''],
    ['no database', 'not a database'.repeat(1000)],
  ])('a database file that is %s is built again', (_, content) => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('A'));
    writeFileSync(place.databaseFile, content);
    expect(names(opened(place).playlist)).toEqual(['A']);
  });

  test('a database of another schema is built again', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('A'));
    await opened(place).playlist.close();
    const db = new Database(place.databaseFile);
    db.exec(`UPDATE about SET value = 'older' WHERE name = 'schema'`);
    db.close();
    expect(names(opened(place).playlist)).toEqual(['A']);
  });

  test('a broken track file is refused, and the database before stays as it is', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('A'));
    await opened(place).playlist.close();
    writeTrackFile(place.trackFile, [aTrack(), aTrack({ release_date: '2024-13-01' })]);
    expect(() => opened(place)).toThrow(PlaylistFileError);
    expect(() => opened(place)).toThrow(/tracks\.json: entry 2 "Hey Joe" \(line 1\): release_date: expected/);
    expect(readdirSync(place.folder).toSorted()).toEqual(['playlist.db', 'tracks.json']);
    writeTrackFile(place.trackFile, tracksNamed('A'));
    expect(names(opened(place).playlist)).toEqual(['A']);
  });

  test('a track that is in the file twice is kept once', () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, [
      aTrack(),
      aTrack({ track_name: 'HEY joe' }),
      ...tracksNamed('__proto__'),
    ]);
    expect(names(opened(place).playlist)).toEqual(['Hey Joe', '__proto__']);
  });

  test('what a build that was cut short has left is removed once it is old', () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('A'));
    const [old, young] = [`${place.databaseFile}.old.tmp`, `${place.databaseFile}.young.tmp`];
    for (const file of [old, young]) writeFileSync(file, 'half a database');
    const now = Date.now();
    utimesSync(old, now / 1000 - 3600, now / 1000 - 3600);
    opened(place, { now: () => now });
    expect(readdirSync(place.folder).filter((name) => name.endsWith('.tmp'))).toEqual([
      'playlist.db.young.tmp',
    ]);
  });
});

describe('while running', () => {
  test('a track file that changes is in service when its database is built', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('old'));
    const { playlist, happened } = opened(place);
    writeTrackFile(place.trackFile, tracksNamed('new'));
    expect(await happened.next()).toBe('changed');
    expect(names(playlist)).toEqual(['new']);
    expect(readdirSync(place.folder).toSorted()).toEqual(['playlist.db', 'tracks.json']);
  });

  test('a track file that breaks leaves the list in service and says so, until it is mended', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('old'));
    const { playlist, happened } = opened(place);
    writeTrackFile(place.trackFile, [aTrack({ track_length: '3:75' })]);
    const problem = await happened.next();
    expect(problem).toMatch(
      /tracks\.json: entry 1 "Hey Joe" \(line 1\): track_length: expected .* came "3:75"$/,
    );
    expect(playlist.problem()).toBe(problem);
    expect(names(playlist)).toEqual(['old']);

    writeTrackFile(place.trackFile, tracksNamed('mended'));
    expect(await happened.next()).toBe('changed');
    expect(playlist.problem()).toBeNull();
    expect(names(playlist)).toEqual(['mended']);
  });

  test("the listener's own list takes the place of the one that ships, and leaves it again", async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('shipped'));
    const { playlist, happened } = opened(place);
    writeTrackFile(`${place.ownTrackFile}.new`, tracksNamed('own'));
    renameSync(`${place.ownTrackFile}.new`, place.ownTrackFile);
    expect(await happened.next()).toBe('changed');
    expect(names(playlist)).toEqual(['own']);
    rmSync(place.ownTrackFile);
    expect(await happened.next()).toBe('changed');
    expect(names(playlist)).toEqual(['shipped']);
  });

  test('a page is read once, until the list is another', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('old', 'second'));
    const { playlist, happened } = opened(place, { now: () => 1 });
    const queries = [{}, { limit: 1 }, { q: 'old' }, { sort: 'artist' }, { descending: true }] as const;
    const pages = queries.map((query) => playlist.page(query));
    expect(new Set(pages).size).toBe(queries.length);
    queries.forEach((query, index) => expect(playlist.page(query)).toBe(pages[index]));
    writeTrackFile(place.trackFile, tracksNamed('new', 'second'));
    expect(await happened.next()).toBe('changed');
    expect(queries.map((query) => playlist.page(query).tracks[0]?.track_name)).toEqual([
      'new',
      'new',
      undefined,
      'new',
      'second',
    ]);
  });

  test('a page is read again after a second, so that a damaged database is noticed', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('A'));
    let clock = 1;
    const { playlist } = opened(place, { now: () => clock });
    const first = playlist.page({});
    clock += 999;
    expect(playlist.page({})).toBe(first);
    clock += 2;
    await expect.poll(() => playlist.page({})).not.toBe(first);
  });

  test('of very many pages the latest are kept', () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, [...generateTracks(150)]);
    const { playlist } = opened(place, { now: () => 1 });
    const first = playlist.page({ q: 'a0' });
    for (let index = 1; index < 100; index += 1) playlist.page({ q: `a${index}` });
    expect(playlist.page({ q: 'a0' })).toBe(first);
    for (let index = 100; index < 200; index += 1) playlist.page({ q: `a${index}` });
    expect(playlist.page({ q: 'a0' })).not.toBe(first);
  });

  test('a database that is damaged on the disk is built again', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, [...generateTracks(2000)]);
    const { playlist, happened } = opened(place);
    const { size } = statSync(place.databaseFile);
    writeFileSync(place.databaseFile, Buffer.alloc(size - 4096, 0xff), { flag: 'r+' });
    expect(() => playlist.page({ sort: 'artist', limit: 100 })).toThrow(/malformed|not a database/);
    expect(await happened.next()).toBe('changed');
    expect(playlist.page({ sort: 'artist', limit: 100 }).total).toBe(2000);
  });

  test('it can be closed in the middle of a build, which leaves nothing behind', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('old'));
    const { playlist, happened } = opened(place);
    writeTrackFile(place.trackFile, [...generateTracks(20_000)]);
    await expect
      .poll(() => readdirSync(place.folder).some((name) => name.endsWith('.tmp')), { interval: 5 })
      .toBe(true);
    await playlist.close();
    expect(readdirSync(place.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    happened.push('nothing');
    expect(await happened.next()).toBe('nothing');
    const db = new Database(place.databaseFile, { readonly: true });
    onTestFinished(() => void db.close());
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});

describe('several that share a folder', () => {
  test('all follow the track file, and the database stays whole', async () => {
    const place = aPlace();
    writeTrackFile(place.trackFile, tracksNamed('0'));
    const all = [opened(place), opened(place), opened(place)];
    for (const name of ['1', '2', '3']) {
      writeTrackFile(place.trackFile, tracksNamed(name));
      expect(await Promise.all(all.map(({ happened }) => happened.next()))).toEqual(all.map(() => 'changed'));
      expect(all.map(({ playlist }) => names(playlist))).toEqual(all.map(() => [name]));
    }
    const db = new Database(place.databaseFile, { readonly: true });
    onTestFinished(() => void db.close());
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
