import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageLoad } from '../support/page-load.ts';
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
const readyStatus = async ({ url }: RunningApp): Promise<number> => (await fetch(`${url}/ready`)).status;

test('a playlist file that breaks while running: the list before goes on, and /ready and the log say so', async () => {
  const packageDir = packageCopy({});
  const file = join(packageDir, 'playlist.json');
  const whole = readFileSync(file);
  const app = await startApp({}, { packageDir });
  const before = await playlistOf(app);

  const load = pageLoad(app.url);
  writeFileSync(file, '[{"track_name": "half a');
  await expect.poll(() => readyStatus(app), { timeout: 10_000 }).toBe(503);
  expect(await playlistOf(app)).toEqual({ ...before, listener: expect.anything() });
  expect(await (await fetch(`${app.url}/ready`)).text()).toContain('playlist.json: ');
  expect(app.logLines.join('')).toContain('a playlist file broke; the list before it goes on');

  const tracks = JSON.parse(whole.toString()) as readonly object[];
  writeFileSync(file, JSON.stringify(tracks.toReversed()));
  await expect.poll(() => readyStatus(app), { timeout: 10_000 }).toBe(200);
  expect((await playlistOf(app)).tracks[0]).toEqual(before.tracks.at(-1));
  expect(await load.stop()).toEqual({ failed: [], seen: expect.any(Number) });
});
