import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const running = new Set<ChildProcess>();
const folders: string[] = [];

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

function launch(env: Readonly<Record<string, string>>): { child: ChildProcess; output: () => string } {
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-'));
  folders.push(folder);
  let output = '';
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  return { child, output: () => output };
}

async function start(env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const { child, output } = launch(env);
  await expect.poll(output, { timeout: 15_000 }).toMatch(/dashboard/);
  return { child, output, url: /http:\/\/localhost:\d+/.exec(output())?.[0] ?? '' };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] =
    child.exitCode === null ? ((await once(child, 'exit')) as [number | null]) : [child.exitCode];
  return code;
}

describe('the program', () => {
  test('starts with one command, says where everything is, and is healthy', async () => {
    const { url, output } = await start();
    expect(output()).toMatch(/site +http:\/\/localhost/);
    expect(output()).toMatch(/dashboard +http:\/\/localhost\S+token=/);
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

  test('a stop lets the page in flight finish, sends streams away, and ends with 0 within five seconds', async () => {
    const { child, url } = await start();
    const stream = await fetch(`${url}/events`);
    expect(stream.status).toBe(200);
    const streamed = stream.text();
    const pages = Array.from({ length: 20 }, async () => (await fetch(`${url}/`)).status);
    const asked = Date.now();
    child.kill('SIGTERM');
    expect(await Promise.all(pages)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await streamed).toMatch(/retry: ?\d+/);
    expect(await exitOf(child)).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
  });

  test('a busy port is said in one line', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const address = busy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { child, output } = launch({ PORT: String(port) });
    expect(await exitOf(child)).toBe(1);
    expect(output()).toMatch(
      new RegExp(`^dj-toggle: PORT: ${port} on 127\\.0\\.0\\.1 is already in use.*\\n$`),
    );
    busy.close();
  });

  test('a bad variable ends the start with 78 and one line that names it', async () => {
    const { child, output } = launch({ PORT: 'abc' });
    expect(await exitOf(child)).toBe(78);
    expect(output()).toMatch(/^dj-toggle: PORT: expected [^\n]*\n$/);
  });
});
