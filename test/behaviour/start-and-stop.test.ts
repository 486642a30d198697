import { describe, expect, test } from 'vitest';
import { spawnProgram, spawnRunningProgram } from '../support/spawned-program.ts';

describe('the program', () => {
  test('prints a link that logs in with LOGIN_LINK=on', async () => {
    const { output } = await spawnRunningProgram({ LOGIN_LINK: 'on' });
    expect(output()).toMatch(/dashboard +http:\/\/localhost\S+token=/);
  });

  test('starts with one command, says where everything is, and is healthy', async () => {
    const { url, output } = await spawnRunningProgram();
    expect(output()).toMatch(/site +http:\/\/localhost/);
    // A link that logs in is printed in a terminal only.
    expect(output()).toMatch(/dashboard +http:\/\/localhost:\d+\/dashboard$/m);
    expect(output()).not.toContain('token=');
    expect(output()).toMatch(/flags +\S/);
    const health = await fetch(`${url}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: 'healthy' });
    const playlist = (await (await fetch(`${url}/api/playlist`)).json()) as {
      version: string;
      tracks: unknown[];
    };
    expect(playlist).toMatchObject({
      version: 'json',
      flag: { key: 'progressive-rollout', value: false, source: 'local' },
    });
    expect(playlist.tracks).toHaveLength(10);
  });

  test('a stop lets the page in flight finish, ends streams with a time to come back, and exits with 0', async () => {
    const { child, exitCode, url } = await spawnRunningProgram();
    const stream = await fetch(`${url}/events`);
    expect(stream.status).toBe(200);
    const streamed = stream.text();
    const pages = Array.from({ length: 20 }, async () => (await fetch(`${url}/`)).status);
    child.kill('SIGTERM');
    expect(await Promise.all(pages)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await streamed).toMatch(/retry: ?\d+/);
    expect(await exitCode).toBe(0);
  });

  test('a bad variable ends the start with 78 and one line that names it', async () => {
    const { exitCode, output } = spawnProgram({ PORT: 'abc' });
    expect(await exitCode).toBe(78);
    expect(output()).toMatch(/^dj-toggle: PORT: expected [^\n]*\n$/);
  });
});
