import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildDatabase } from '../../../src/playlist/database/build-database.ts';
import { openDatabase } from '../../../src/playlist/database/playlist-database.ts';
import { temporaryNameFor } from '../../../src/playlist/file/temporary-files.ts';
import { generateTracks } from '../../support/generate-tracks.ts';
import { namesOf, tracksNamed, writeTrackFile } from '../../support/playlist-databases.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const buildModule = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'src',
  'playlist',
  'database',
  'build-database.ts',
);

test('a process that is killed in the middle of a build leaves the database before it whole', async () => {
  const folder = temporaryFolder();
  const trackFile = join(folder, 'tracks.json');
  const databaseFile = join(folder, 'playlist.db');
  writeTrackFile(trackFile, tracksNamed('old'));
  buildDatabase({ trackFile, databaseFile, temporaryFile: temporaryNameFor(databaseFile) });

  writeTrackFile(trackFile, [...generateTracks(30_000)]);
  const options = { trackFile, databaseFile, temporaryFile: `${databaseFile}.child.tmp` };
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { buildDatabase } from ${JSON.stringify(buildModule)}; buildDatabase(${JSON.stringify(options)});`,
  ]);
  const ended = once(child, 'exit');
  await expect
    .poll(() => statSync(options.temporaryFile, { throwIfNoEntry: false })?.isFile() ?? false, {
      interval: 5,
      timeout: 10_000,
    })
    .toBe(true);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);

  expect(readdirSync(folder)).toContain('playlist.db.child.tmp');
  const database = openDatabase(databaseFile);
  expect(namesOf(database.page({}))).toEqual(['old']);
  database.close();

  buildDatabase({ trackFile, databaseFile, temporaryFile: temporaryNameFor(databaseFile) });
  const renewed = openDatabase(databaseFile);
  expect(renewed.page({}).total).toBe(30_000);
  renewed.close();
});
