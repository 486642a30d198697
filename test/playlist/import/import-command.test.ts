import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../../support/seeded-fast-check.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readTracks } from '../../../src/playlist/file/track-file.ts';
import { openFullPlaylist } from '../../../src/playlist/full-playlist.ts';
import { runImportCommand } from '../../../src/playlist/import/import-command.ts';
import { aTrack, events, namesOf, tracksNamed, writeTrackFile } from '../../support/playlist-databases.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Listener {
  readonly folder: string;
  readonly dataDir: string;
  readonly packageDir: string;
  readonly run: (...args: readonly string[]) => Promise<{ code: number; out: string; err: string }>;
  readonly ownNames: () => readonly string[];
}

function aListener(): Listener {
  const folder = temporaryFolder();
  const [dataDir, packageDir] = [join(folder, 'state'), join(folder, 'package')];
  mkdirSync(join(packageDir, 'data'), { recursive: true });
  writeTrackFile(join(packageDir, 'data', 'tracks.json'), tracksNamed('Shipped'));
  return {
    folder,
    dataDir,
    packageDir,
    async run(...args) {
      let [out, err] = ['', ''];
      const code = await runImportCommand({
        args,
        dataDir,
        packageDir,
        out: (text) => (out += text),
        err: (text) => (err += text),
      });
      return { code, out, err };
    },
    ownNames: () => [...readTracks(join(dataDir, 'my-tracks.json'))].map(({ track_name }) => track_name),
  };
}

function aFile(listener: Listener, name: string, content: string | Uint8Array): string {
  const file = join(listener.folder, name);
  writeFileSync(file, content);
  return file;
}

describe('importing a list', () => {
  test('puts it in the place of the one before, with duplicates once and bad rows told', async () => {
    const listener = aListener();
    await listener.run(aFile(listener, 'old.csv', 'Title,Artist\nOld,X\n'));
    const file = aFile(listener, 'new.csv', 'Title,Artist\nA,X\n a ,x\nB,X\n,X\n__proto__,X\n');
    expect(await listener.run(file)).toEqual({
      code: 0,
      err: `${file}: line 5 is skipped: column "Title": expected 1 to 2000 characters, came ""\n`,
      out:
        `3 tracks imported from ${file}; the list has 3 now.\n` +
        '1 track left out, already in the list (same name and artist).\n' +
        '1 row skipped, each named above.\n' +
        'The album is "Unknown album" (not given for 3 tracks).\n' +
        'The length is "0:00" (not given for 3 tracks).\n' +
        'The track number is the position in the file (not given for 3 tracks).\n' +
        'The release date is "0001-01-01" (not given for 3 tracks).\n',
    });
    expect(listener.ownNames()).toEqual(['A', 'B', '__proto__']);
    expect(readdirSync(listener.dataDir)).toEqual(['my-tracks.json']);
  });

  test('with --append puts it after the list that ships, and then after the own one', async () => {
    const listener = aListener();
    await listener.run('--append', aFile(listener, 'one.csv', 'Title,Artist\nA,X\nShipped,The Leaves\n'));
    expect(listener.ownNames()).toEqual(['Shipped', 'A']);
    const { code } = await listener.run(aFile(listener, 'two.csv', 'Title,Artist\nB,X\n'), '--append');
    expect(code).toBe(0);
    expect(listener.ownNames()).toEqual(['Shipped', 'A', 'B']);
  });

  test('that has nothing new to append leaves the list, and is no failure', async () => {
    const listener = aListener();
    const file = aFile(listener, 'one.csv', 'Title,Artist\nShipped,The Leaves\n');
    const { code, out } = await listener.run(file, '--append');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('the list stays as it is') as string,
    });
    expect(existsSync(join(listener.dataDir, 'my-tracks.json'))).toBe(false);
  });

  test('with --reset goes back to the list that ships', async () => {
    const listener = aListener();
    await listener.run(aFile(listener, 'one.csv', 'Title,Artist\nA,X\n'));
    expect(await listener.run('--reset')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/is removed/) as string,
    });
    expect(existsSync(join(listener.dataDir, 'my-tracks.json'))).toBe(false);
    expect(await listener.run('--reset')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/no list of your own/) as string,
    });
  });

  test('is seen by a site that runs', async () => {
    const listener = aListener();
    mkdirSync(listener.dataDir);
    const changes = events<string>();
    const playlist = openFullPlaylist({
      trackFile: join(listener.packageDir, 'data', 'tracks.json'),
      ownTrackFile: join(listener.dataDir, 'my-tracks.json'),
      databaseFile: join(listener.dataDir, 'playlist.db'),
      onProblem: changes.push,
      onChange: () => changes.push('changed'),
    });
    onTestFinished(() => playlist.close());
    await listener.run(aFile(listener, 'one.csv', 'Title,Artist\nA,X\n'));
    expect(await changes.next()).toBe('changed');
    expect(namesOf(playlist.page({}))).toEqual(['A']);
    await listener.run('--reset');
    expect(await changes.next()).toBe('changed');
    expect(namesOf(playlist.page({}))).toEqual(['Shipped']);
  });
});

describe('what cannot be imported changes nothing and says why', () => {
  test.each([
    ['no file', [], 64, 'expected a FILE'],
    ['two files', ['a', 'b'], 64, 'expected one FILE, came 2'],
    ['an option that does not exist', ['--frobnicate'], 64, '--frobnicate'],
    [
      'options that contradict',
      ['a', '--append', '--replace'],
      64,
      'expected one of --append, --replace and --reset',
    ],
    ['a file to reset', ['a', '--reset'], 64, 'expected no FILE with --reset'],
    ['a file that is not there', ['/nowhere/x.csv'], 65, '/nowhere/x.csv: no such file'],
    ['a folder', ['/'], 65, 'not a regular file'],
  ])('%s', async (_, args, code, message) => {
    const answer = await aListener().run(...args);
    expect(answer.code).toBe(code);
    expect(answer.err).toContain(message);
    expect(answer.out).toBe('');
  });

  test.each([
    ['an empty file', 'x.csv', ''],
    ['a header alone', 'x.csv', 'Title,Artist\n'],
    ['only bad rows', 'x.csv', 'Title,Artist\n,B\n,C\n'],
    ['an empty list', 'x.json', '[]'],
    ['JSON that is no list', 'x.json', '{"tracks": []}'],
    ['a picture', 'x.png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
  ])('%s', async (_, name, content) => {
    const listener = aListener();
    await listener.run(aFile(listener, 'old.csv', 'Title,Artist\nOld,X\n'));
    const { code, out } = await listener.run(aFile(listener, name, content));
    expect(code).toBe(65);
    expect(out).toContain('Nothing new was found');
    expect(listener.ownNames()).toEqual(['Old']);
  });

  test('an own list that is broken is not appended to', async () => {
    const listener = aListener();
    mkdirSync(listener.dataDir);
    writeFileSync(join(listener.dataDir, 'my-tracks.json'), '[{');
    const file = aFile(listener, 'one.csv', 'Title,Artist\nA,X\n');
    const { code, err } = await listener.run(file, '--append');
    expect(code).toBe(65);
    expect(err).toMatch(/my-tracks\.json: line 1: .*--replace/);
    expect(readFileSync(join(listener.dataDir, 'my-tracks.json'), 'utf8')).toBe('[{');
    expect((await listener.run(file)).code).toBe(0);
  });

  test('a folder that cannot be written to', async () => {
    const listener = aListener();
    writeFileSync(listener.dataDir, 'a file in its place');
    const { code, err } = await listener.run(aFile(listener, 'one.csv', 'Title,Artist\nA,X\n'));
    expect({ code, err }).toEqual({ code: 74, err: expect.stringMatching(/^import: E\w+: /) as string });
  });
});

test('any bytes, under any name, are imported or refused, and what is imported can be served', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          'Track Name',
          'Artist',
          ',',
          ';',
          '"',
          '\n',
          '\r\n',
          '#EXTINF:',
          '#EXTM3U\n',
          ' - ',
          '[',
          ']',
          '{',
          '}',
          ':',
          '12',
          '-1',
          'é',
          '\0',
          '\\',
          'x',
        ),
        { maxLength: 60 },
      )
      .map((parts) => Buffer.from(parts.join(''))),
    fc
      .array(fc.string(), { maxLength: 8 })
      .map((cells) => Buffer.from(`Title,Artist\n${cells.join(',')}\n${cells.join('\n')}`)),
    fc.json().map((json) => Buffer.from(json)),
  );
  const listener = aListener();
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.constantFrom('x.csv', 'x.json', 'x.m3u8', 'x'),
      fc.boolean(),
      async (content, name, append) => {
        const { code } = await listener.run(aFile(listener, name, content), ...(append ? ['--append'] : []));
        expect([0, 65]).toContain(code);
        if (existsSync(join(listener.dataDir, 'my-tracks.json')))
          expect(listener.ownNames().length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 150 },
  );
});

test('what was imported is the list, whatever the tracks are', async () => {
  const listener = aListener();
  const tracks = [
    aTrack({ track_name: '</script>{{7*7}}<%= 1 %>' }),
    aTrack({ track_name: `Z${'\u0300'.repeat(1000)}` }),
  ];
  await listener.run(aFile(listener, 'mine.json', JSON.stringify(tracks)));
  expect([...readTracks(join(listener.dataDir, 'my-tracks.json'))]).toEqual(tracks);
});
