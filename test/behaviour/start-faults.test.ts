import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { platform, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/sql/database.ts';
import { packageCopy } from '../support/package-copy.ts';
import { refusalOf, startApp } from '../support/running-app.ts';
import { spawnProgram, spawnRunningProgram } from '../support/spawned-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TRACK = {
  track_name: 'Song',
  artist: 'Band',
  album_name: 'Album',
  track_length: '3:05',
  track_number: 1,
  release_date: '2001-02-03',
};
const list = (...changes: readonly object[]): string =>
  JSON.stringify(changes.map((change, nth) => ({ ...TRACK, track_name: `Song ${nth + 1}`, ...change })));

describe('a playlist that cannot be used stops the start', () => {
  test.each<[string, string | Buffer, RegExp]>([
    ['not JSON', 'tracks', /playlist\.json: line 1: /],
    ['no list', '{}', /playlist\.json: line 1: /],
    ['empty', '[]', /playlist\.json: expected at least one track/],
    ['cut in the middle', list({}, {}).slice(0, -40), /playlist\.json: (?:entry 2|line 1)/],
    ['not UTF-8', Buffer.from('[{"track_name":"\xff"}]', 'latin1'), /playlist\.json: /],
    ['without a name', list({}, { track_name: undefined }), /entry 2 .*track_name: expected/],
    ['3:75 long', list({ track_length: '3:75' }), /entry 1 "Song 1" .*track_length: expected .*3:75/],
    ['−1 long', list({ track_length: -1 }), /entry 1 .*track_length: expected .*-1/],
    [
      'of a day that never was',
      list({ release_date: '2001-02-30' }),
      /entry 1 .*release_date: expected .*2001-02-30/,
    ],
    ['with a name of 1 MB', list({ track_name: 'x'.repeat(1_000_000) }), /entry 1 .*track_name: expected/],
  ])('%s', async (_what, content, line) => {
    const message = await refusalOf(startApp({}, { packageDir: packageCopy({ 'playlist.json': content }) }));
    expect(message).toMatch(line);
    expect(message.length).toBeLessThan(500);
  });

  test('the full list likewise', async () => {
    const packageDir = packageCopy({ 'data/tracks.json': list({}, { track_number: 'one' }) });
    expect(await refusalOf(startApp({}, { packageDir }))).toMatch(/tracks\.json: entry 2 .*track_number/);
  });

  test('and flags that are none', async () => {
    const packageDir = packageCopy({ 'data/flags.json': '{"flags":{"a":{}},"segments":{}}' });
    expect(await refusalOf(startApp({}, { packageDir }))).toMatch(/flags\.json: flags\.a: expected a flag/);
  });
});

test('odd tracks are shown as text, and a track that comes twice is kept once', async () => {
  const odd = [
    '</script><script>alert(1)</script>',
    '{{7*7}} <%= 7*7 %>',
    '\u202eright to left',
    `a${'\u0301'.repeat(1_000)}`,
    '__proto__',
    'toString',
  ].map((track_name) => ({ track_name }));
  const packageDir = packageCopy({ 'playlist.json': list(...odd, { track_name: '__proto__' }) });
  const { url } = await startApp({}, { packageDir });
  const { tracks } = (await (await fetch(`${url}/api/playlist`)).json()) as {
    tracks: readonly { readonly track_name: string }[];
  };
  expect(tracks.map(({ track_name }) => ({ track_name }))).toEqual(odd);
  const page = await (await fetch(url)).text();
  expect(page).toContain('&lt;/script&gt;&lt;script&gt;alert(1)');
  expect(page).toContain('{{7*7}} &lt;%= 7*7 %&gt;');
  expect(page).not.toMatch(/<script>alert/);
});

describe('a database that this program must not touch', () => {
  let healthy: Buffer;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-'));
    const file = join(folder, 'dj-toggle.db');
    await (await openDatabase({ kind: 'sqlite', file })).close();
    healthy = readFileSync(file);
    rmSync(folder, { recursive: true });
  });
  const dataDirWith = (damage: (bytes: Buffer) => Buffer): string => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'dj-toggle.db'), damage(Buffer.from(healthy)));
    return folder;
  };
  const digest = (dataDir: string): string =>
    createHash('sha256')
      .update(readFileSync(join(dataDir, 'dj-toggle.db')))
      .digest('hex');

  test('since a newer one wrote it: 78, one line, and the file as it was', async () => {
    const dataDir = dataDirWith((bytes) => bytes);
    const database = await openDatabase({ kind: 'sqlite', file: join(dataDir, 'dj-toggle.db') });
    await database.write((db) =>
      db
        .insertInto('schema_migrations')
        .values({ number: 999, name: 'of-tomorrow', applied_at: '2030-01-01' })
        .execute(),
    );
    await database.close();
    const before = digest(dataDir);
    const { exitCode, output } = spawnProgram({ DATA_DIR: dataDir });
    expect(await exitCode).toBe(78);
    expect(output()).toMatch(
      /^dj-toggle: the database is newer than this program: [^\n]*999-of-tomorrow[^\n]*\n$/,
    );
    expect(digest(dataDir)).toBe(before);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['its header is overwritten', (bytes) => Buffer.concat([Buffer.alloc(100, 0xaa), bytes.subarray(100)])],
    ['a page in its middle is overwritten', (bytes) => bytes.fill(0xaa, 4_096 * 3, 4_096 * 4)],
    ['it was cut', (bytes) => bytes.subarray(0, 4_096 * 5)],
    ['it is a text', () => Buffer.from('not a database, whatever its name says\n'.repeat(40))],
  ])('since %s: one line, and the file as it was', async (_what, damage) => {
    const dataDir = dataDirWith(damage);
    const before = digest(dataDir);
    const message = await refusalOf(startApp({ DATA_DIR: dataDir }));
    expect(message).toMatch(/dj-toggle\.db is damaged \(.+\); it was left as it is/);
    expect(digest(dataDir)).toBe(before);
  });
});

describe('a folder that takes no files', () => {
  test('since it is a file: one line that names DATA_DIR', async () => {
    const file = join(temporaryFolder(), 'data');
    writeFileSync(file, '');
    expect(await refusalOf(startApp({ DATA_DIR: file }))).toMatch(
      /^DATA_DIR: \S+ is not a folder that can be written \(/,
    );
    expect(await refusalOf(startApp({ DATA_DIR: join(file, 'deeper') }))).toMatch(/^DATA_DIR: .*ENOTDIR/);
  });

  test('since it is read-only: 78 and one line that names DATA_DIR', async () => {
    const dataDir = temporaryFolder();
    chmodSync(dataDir, 0o555);
    // Root may write everywhere.
    const unprivileged = userInfo().uid === 0 ? { uid: 65_534 } : {};
    const { exitCode, output } = spawnProgram({ DATA_DIR: dataDir }, unprivileged);
    expect(await exitCode).toBe(78);
    expect(output()).toMatch(/^dj-toggle: DATA_DIR: [^\n]*EACCES[^\n]*\n$/);
  });

  test.runIf(platform() === 'linux')(
    'since the system makes no folders there: one line, and no endless loop',
    async () => {
      expect(await refusalOf(startApp({ DATA_DIR: '/proc/dj-toggle/data' }))).toMatch(
        /^DATA_DIR: \/proc\/dj-toggle\/data is not a folder that can be written \(ENOENT/,
      );
    },
  );

  test('since a folder is where the playlist’s database belongs: one line that names DATA_DIR', async () => {
    const dataDir = temporaryFolder();
    mkdirSync(join(dataDir, 'playlist.db'));
    expect(await refusalOf(startApp({ DATA_DIR: dataDir }))).toMatch(/^DATA_DIR: .*playlist\.db/);
  });

  test('since its database is a folder: one line that names DATA_DIR', async () => {
    const dataDir = temporaryFolder();
    const file = join(dataDir, 'dj-toggle.db', 'in-the-way');
    await (await openDatabase({ kind: 'sqlite', file })).close();
    expect(await refusalOf(startApp({ DATA_DIR: dataDir }))).toMatch(
      /^DATA_DIR: the database cannot be written in \S+ \(/,
    );
  });
});

/** A server that takes connections and says nothing, ever. */
async function muteServer(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  return { port: typeof address === 'object' && address !== null ? address.port : 0, close };
}

describe('a PostgreSQL that is not there', () => {
  test('since nothing listens: 69, one line, and no password', async () => {
    const { port, close } = await muteServer();
    await close();
    const { exitCode, output } = spawnProgram({
      DATABASE_URL: `postgres://dj:hush-hush@127.0.0.1:${port}/dj`,
    });
    expect(await exitCode).toBe(69);
    expect(output()).toMatch(
      new RegExp(
        `^dj-toggle: DATABASE_URL: PostgreSQL does not answer at 127\\.0\\.0\\.1:${port} \\([^\\n]*ECONNREFUSED[^\\n]*\\n$`,
      ),
    );
    expect(output()).not.toContain('hush-hush');
  });

  test('since what listens never answers: one line within seconds', async () => {
    const { port } = await muteServer();
    const started = startApp({ DATABASE_URL: `postgres://dj:hush-hush@127.0.0.1:${port}/dj` });
    expect(await refusalOf(started)).toMatch(
      /^DATABASE_URL: PostgreSQL does not answer at 127\.0\.0\.1:\d+ \(.+\)$/,
    );
  });
});

test('a port that is taken ends a first start before anything is written, so that its keys are still to be shown', async () => {
  const { port } = await muteServer();
  const folder = temporaryFolder();
  const refused = spawnProgram({ PORT: String(port), DATA_DIR: folder });
  expect(await refused.exitCode).toBe(69);
  expect(refused.output()).toMatch(
    new RegExp(`^dj-toggle: PORT: ${port} on 127\\.0\\.0\\.1 is already in use.*\\n$`),
  );
  expect(readdirSync(folder)).toEqual([]);
  const { output } = await spawnRunningProgram({ DATA_DIR: folder });
  expect(output()).toMatch(/ADMIN_TOKEN +\S+ +\(shown this once\)/);
});

test('who asks while the database is still waited for gets no hasty answer', async () => {
  const { port: database } = await muteServer();
  const { port, close } = await muteServer();
  await close();
  const { exitCode } = spawnProgram({
    PORT: String(port),
    DATABASE_URL: `postgres://dj:hush-hush@127.0.0.1:${database}/dj`,
  });
  await expect.poll(() => takesConnections(port), { timeout: 15_000 }).toBe(true);
  const answer = fetch(`http://127.0.0.1:${port}/health`).then(
    ({ status }) => status,
    () => 'cut off',
  );
  expect(await exitCode).toBe(69);
  expect(await answer).toBe('cut off');
});

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
