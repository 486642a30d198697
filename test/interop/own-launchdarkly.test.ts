import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SDK_KEY = 'sdk-of-the-first-instance-0123456789';
const ADMIN_TOKEN = 'admin-of-the-first-instance-0123456789';
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

interface Program {
  readonly url: string;
  stop(): Promise<void>;
}

let programs: Program[] = [];
afterEach(async () => {
  await Promise.all(programs.map((program) => program.stop()));
  programs = [];
});

/** The whole program, as `npm start` runs it. */
async function start(environment: Record<string, string>): Promise<Program> {
  const child: ChildProcess = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const program: Program = {
    url: await addressOf(child),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
  programs.push(program);
  return program;
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the program has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /http:\/\/localhost:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    // Nothing reads on, so what follows must flow away.
    child.stdout.resume();
    return `http://127.0.0.1:${port}`;
  }
  throw new Error('the program ended before it listened');
}

interface Page {
  readonly version: string;
  readonly flag: { readonly source: string };
}

const pageOf = async ({ url }: Program): Promise<readonly [version: string, source: string]> => {
  const page = (await (await fetch(`${url}/api/playlist`)).json()) as Page;
  return [page.version, page.flag.source];
};

async function setShare({ url }: Program, percentage: number): Promise<void> {
  const response = await fetch(`${url}/flags/progressive-rollout`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ rollout_percentage: percentage }),
  });
  expect(response.status).toBe(200);
}

test('DJ Toggle is its own LaunchDarkly: a second instance follows the first, lasts through its absence, and follows again', async () => {
  const first = { DATA_DIR: temporaryFolder(), SDK_KEY, ADMIN_TOKEN };
  let source = await start(first);
  const site = await start({
    DATA_DIR: temporaryFolder(),
    LD_SDK_KEY: SDK_KEY,
    LD_BASE_URI: source.url,
    LD_STREAM_URI: source.url,
    LD_EVENTS_URI: source.url,
  });
  await setShare(source, 100);
  await expect.poll(() => pageOf(site), { timeout: 10_000 }).toEqual(['database', 'launchdarkly']);

  await source.stop();
  await expect.poll(() => pageOf(site), { timeout: 10_000 }).toEqual(['database', 'last-known-good']);

  source = await start({ ...first, PORT: new URL(source.url).port });
  await setShare(source, 0);
  await expect.poll(() => pageOf(site), { timeout: 15_000 }).toEqual(['json', 'launchdarkly']);
}, 40_000);
