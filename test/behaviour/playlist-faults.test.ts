import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { startPageReaders } from '../support/page-readers.ts';
import { packageCopy } from '../support/package-copy.ts';
import { startApp, type RunningApp } from '../support/running-app.ts';

interface Playlist {
  readonly version: string;
  readonly tracks: readonly { readonly track_name: string }[];
  readonly notice?: string;
}

const playlistOf = async ({ url }: RunningApp, query = ''): Promise<Playlist> => {
  const response = await fetch(`${url}/api/playlist${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Playlist;
};
const readiness = async ({ url }: RunningApp): Promise<unknown> => {
  const response = await fetch(`${url}/ready`);
  return [response.status, ((await response.json()) as { status: string }).status];
};

test('a playlist file that breaks while running: the list before goes on, and /ready and the log say so', async () => {
  const packageDir = packageCopy();
  const file = join(packageDir, 'playlist.json');
  const whole = readFileSync(file);
  const app = await startApp({}, { packageDir });
  const before = await playlistOf(app);

  const readers = startPageReaders(app.url);
  writeFileSync(file, '[{"track_name": "half a');
  await expect.poll(() => readiness(app), { timeout: 10_000 }).toEqual([200, 'degraded']);
  expect(await playlistOf(app)).toEqual({ ...before, listener: expect.anything() });
  expect(await (await fetch(`${app.url}/ready`)).text()).toContain('playlist.json: ');
  expect(app.logLines.join('')).toContain('a playlist file broke; the list before it goes on');

  const tracks = JSON.parse(whole.toString()) as readonly object[];
  writeFileSync(file, JSON.stringify(tracks.toReversed()));
  await expect.poll(() => readiness(app), { timeout: 10_000 }).toEqual([200, 'ready']);
  expect((await playlistOf(app)).tracks[0]).toEqual(before.tracks.at(-1));
  expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
});

describe('the full list', () => {
  const FULL = '?groups=beta_testers';
  const failuresOf = async ({ url, key }: RunningApp): Promise<number> => {
    const metrics = await fetch(`${url}/metrics`, {
      headers: { authorization: `Bearer ${key('ADMIN_TOKEN')}` },
    });
    return Number(/^djtoggle_playlist_failures_total (\d+)$/m.exec(await metrics.text())?.[1]);
  };

  test('goes on when its database is deleted', async () => {
    const app = await startApp();
    const before = await playlistOf(app, FULL);
    expect(before.version).toBe('database');
    const readers = startPageReaders(app.url);
    rmSync(join(app.dataDir, 'playlist.db'));
    expect(await playlistOf(app, FULL)).toEqual({ ...before, listener: expect.anything() });
    expect(await playlistOf(app, `${FULL}&q=a&sort=artist`)).toMatchObject({ version: 'database' });
    expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
    expect(await failuresOf(app)).toBe(0);
  });

  test('whose database is damaged makes way for the top 10, with a notice and counted, until it is made again', async () => {
    const packageDir = packageCopy();
    const tracks = join(packageDir, 'data', 'tracks.json');
    const whole = readFileSync(tracks);
    const app = await startApp({}, { packageDir });
    const before = await playlistOf(app, FULL);
    const readers = startPageReaders(app.url);

    // With a broken file beside it, the damaged database cannot be made again for now.
    writeFileSync(tracks, 'broken');
    await expect.poll(() => readiness(app), { timeout: 10_000 }).toEqual([200, 'degraded']);
    expect(await playlistOf(app, FULL)).toMatchObject({ version: 'database' });
    const database = join(app.dataDir, 'playlist.db');
    writeFileSync(database, Buffer.alloc(statSync(database).size, 0xaa));
    const { tracks: topTen } = await playlistOf(app);
    // A page that was just read is served from memory for a second.
    await expect
      .poll(() => playlistOf(app, FULL))
      .toMatchObject({ version: 'json', notice: expect.stringContaining('top 10'), tracks: topTen });
    expect(await (await fetch(app.url + FULL.replace('?', '/?'))).text()).toContain('top 10');
    expect(await failuresOf(app)).toBeGreaterThan(0);

    writeFileSync(tracks, whole);
    await expect
      .poll(() => playlistOf(app, FULL), { timeout: 15_000 })
      .toEqual({ ...before, listener: expect.anything() });
    await expect.poll(() => readiness(app), { timeout: 10_000 }).toEqual([200, 'ready']);
    expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
  });
});

test('pages go on when what listeners do cannot be written down, and SDKs are told that it is our fault', async () => {
  const app = await startApp();
  const readers = startPageReaders(app.url);
  const database = new Sqlite(join(app.dataDir, 'dj-toggle.db'));
  database.exec('alter table metric_events rename to metric_events_away');
  const like = await fetch(`${app.url}/track`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'play', track_name: 'Song', artist: 'Band' }),
  });
  expect(like.status).toBe(204);
  const events = (): Promise<Response> =>
    fetch(`${app.url}/bulk`, {
      method: 'POST',
      headers: { authorization: app.key('SDK_KEY'), 'content-type': 'application/json' },
      body: JSON.stringify([
        { kind: 'custom', creationDate: 1, key: 'play', context: { kind: 'user', key: 'alice' } },
      ]),
    });
  const refused = await events();
  expect(refused.status).toBe(500);
  expect(await refused.text()).not.toMatch(/metric_events|SQLITE|insert/i);
  database.exec('alter table metric_events_away rename to metric_events');
  database.close();
  expect((await events()).status).toBe(202);
  expect(await readers.stop()).toEqual({ failed: [], seen: expect.any(Number) });
});
