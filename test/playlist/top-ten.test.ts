import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PlaylistFileError } from '../../src/playlist/file/track-file.ts';
import type { Track } from '../../src/playlist/playlist.ts';
import { openTopTen } from '../../src/playlist/top-ten.ts';
import type { OpenTopTen } from '../../src/playlist/top-ten.ts';
import { aTrack, events, tracksNamed, writeTrackFile } from '../support/playlist-databases.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { Events } from '../support/playlist-databases.ts';

interface Watched {
  readonly file: string;
  readonly topTen: OpenTopTen;
  readonly happened: Events<string>;
}

function watched(tracks: readonly Track[], file = join(temporaryFolder(), 'playlist.json')): Watched {
  writeTrackFile(file, tracks);
  const happened = events<string>();
  const topTen = openTopTen({
    file,
    onProblem: (problem) => happened.push(problem),
    onChange: () => happened.push('changed'),
  });
  onTestFinished(() => topTen.close());
  return { file, topTen, happened };
}

const names = (topTen: OpenTopTen): readonly string[] => topTen.tracks().map((track) => track.track_name);

describe('the top ten', () => {
  test('are the tracks of the file, in its order', () => {
    const { topTen } = watched(tracksNamed('B', 'A', 'C'));
    expect(names(topTen)).toEqual(['B', 'A', 'C']);
    expect(topTen.problem()).toBeNull();
  });

  test('are ten, however many the file has', () => {
    const { topTen } = watched(tracksNamed(...'abcdefghijklmnop'.split('')));
    expect(names(topTen)).toEqual('abcdefghij'.split(''));
  });

  test('have a track once that is in the file twice, whatever its case and blanks', () => {
    const { topTen } = watched([aTrack(), aTrack({ track_name: ' hey  JOE ' }), aTrack({ artist: 'Love' })]);
    expect(topTen.tracks()).toEqual([aTrack(), aTrack({ artist: 'Love' })]);
  });

  test('cannot be changed by who reads them', () => {
    const { topTen } = watched(tracksNamed('A'));
    expect(() => (topTen.tracks() as Track[]).push(aTrack())).toThrow(TypeError);
  });

  test('a file that is broken at the start is refused', () => {
    const file = join(temporaryFolder(), 'playlist.json');
    writeTrackFile(file, [aTrack({ track_length: '3:75' })]);
    expect(() => openTopTen({ file, onProblem: () => {} })).toThrow(PlaylistFileError);
  });
});

describe('while running', () => {
  test('a file that is written anew is in service at once', async () => {
    const { file, topTen, happened } = watched(tracksNamed('old'));
    writeTrackFile(file, tracksNamed('new'));
    expect(await happened.next()).toBe('changed');
    expect(names(topTen)).toEqual(['new']);
  });

  test('a file that is replaced by renaming is followed, again and again', async () => {
    const { file, topTen, happened } = watched(tracksNamed('0'));
    for (const name of ['1', '2', '3']) {
      writeTrackFile(`${file}.new`, tracksNamed(name));
      renameSync(`${file}.new`, file);
      expect(await happened.next()).toBe('changed');
      expect(names(topTen)).toEqual([name]);
    }
  });

  test('a file that breaks leaves the list in service and says so, until it is mended', async () => {
    const { file, topTen, happened } = watched(tracksNamed('old'));
    writeFileSync(file, '[{"track_name": "half');
    const problem = await happened.next();
    expect(problem).toMatch(/playlist\.json: line 1: expected the list to be closed/);
    expect(topTen.problem()).toBe(problem);
    expect(names(topTen)).toEqual(['old']);

    writeTrackFile(file, tracksNamed('mended'));
    expect(await happened.next()).toBe('changed');
    expect(topTen.problem()).toBeNull();
    expect(names(topTen)).toEqual(['mended']);
  });

  test('a file that is removed and comes back does the same', async () => {
    const { file, topTen, happened } = watched(tracksNamed('old'));
    rmSync(file);
    expect(await happened.next()).toMatch(/cannot be read \(ENOENT/);
    expect(names(topTen)).toEqual(['old']);
    writeTrackFile(file, tracksNamed('back'));
    expect(await happened.next()).toBe('changed');
    expect(names(topTen)).toEqual(['back']);
  });

  test('where the system tells nothing, a look now and then finds the change', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'playlist.json');
    const { topTen, happened } = watched(tracksNamed('old'), file);
    // The watch stays with the folder that was moved away.
    renameSync(folder, `${folder}-moved`);
    onTestFinished(() => rmSync(`${folder}-moved`, { recursive: true, force: true }));
    mkdirSync(folder);
    writeTrackFile(file, tracksNamed('elsewhere'));
    await expect.poll(() => names(topTen), { timeout: 8000 }).toEqual(['elsewhere']);
    expect(await happened.next()).toBeDefined();
  });
});
