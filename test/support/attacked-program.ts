import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { startedProgram, type SpawnedProgram } from './spawned-program.ts';

export interface AttackedProgram extends SpawnedProgram {
  readonly url: string;
  /** A key that the first start made, by the name of its variable. */
  readonly key: (name: string) => string;
  /** Runs an attack while somebody else asks for pages and health one after the other. */
  readonly during: (attack: () => Promise<unknown>) => Promise<Bystander>;
}

/** What another client saw meanwhile. */
export interface Bystander {
  readonly answered: number;
  /** Not 200, or no response within ten seconds. */
  readonly failed: number;
  /** The slowest, in milliseconds: printed, not asserted, since it is also the test machine's. */
  readonly slowestMs: number;
  /** How much more memory the process keeps after the attack than before, in MiB. */
  readonly grownMiB: number;
}

/** Every address of 127.0.0.0/8 is this machine on Linux, so that the limits by address take the bystander for another. */
const BYSTANDER_ADDRESS = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
const MAX_MS = 10_000;
/** The program has so little memory that it dies of what it should not keep, and collects garbage on SIGUSR2. */
const NODE_OPTIONS =
  '--max-old-space-size=128 --expose-gc --import data:text/javascript,process.on(%22SIGUSR2%22,()=>gc())';

/** One program for all tests of a file, as a process of its own and warm. */
export function useAttackedProgram(env: Readonly<Record<string, string>> = {}): () => AttackedProgram {
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-'));
  let attacked: AttackedProgram | undefined;
  beforeAll(async () => {
    attacked = await warmProgram({ NODE_OPTIONS, DATA_DIR: folder, ...env });
  }, 60_000);
  afterAll(async () => {
    attacked?.child.kill('SIGKILL');
    await attacked?.exitCode;
    rmSync(folder, { recursive: true, force: true });
  });
  return () => attacked ?? expect.fail('the program starts before the first test');
}

async function warmProgram(env: Readonly<Record<string, string>>): Promise<AttackedProgram> {
  const program = await startedProgram(env);
  for (let count = 0; count < 100; count += 1) await askAs(BYSTANDER_ADDRESS, program.url, '/');
  const key = (name: string): string =>
    new RegExp(`${name} +(\\S+)`).exec(program.output())?.[1] ?? expect.fail(`the program made no ${name}`);
  return { ...program, key, during: (attack) => watch(program, key('ADMIN_TOKEN'), attack) };
}

async function watch(
  program: SpawnedProgram & { readonly url: string },
  token: string,
  attack: () => Promise<unknown>,
): Promise<Bystander> {
  const before = await keptMiB(program, token);
  let answered = 0;
  let failed = 0;
  let slowestMs = 0;
  const state = { isOver: false };
  const attacked = attack().finally(() => (state.isOver = true));
  while (!state.isOver) {
    for (const path of ['/', '/health']) {
      const startedAt = performance.now();
      const { status } = await askAs(BYSTANDER_ADDRESS, program.url, path);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      if (status === 200) answered += 1;
      else failed += 1;
    }
    await pause(5);
  }
  await attacked;
  const grown = (await keptMiB(program, token)) - before;
  const seen = { answered, failed, slowestMs: Math.round(slowestMs), grownMiB: Math.round(grown) };
  process.stderr.write(`${expect.getState().currentTestName}: ${JSON.stringify(seen)}\n`);
  return seen;
}

/** What JavaScript keeps, buffers included, without garbage. */
async function keptMiB(
  { child, url }: SpawnedProgram & { readonly url: string },
  token: string,
): Promise<number> {
  child.kill('SIGUSR2');
  const { body } = await askAs(BYSTANDER_ADDRESS, url, '/metrics', { authorization: `Bearer ${token}` });
  const bytes = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'].map((name) =>
    Number(new RegExp(`^${name} (\\S+)`, 'm').exec(body)?.[1]),
  );
  return bytes.reduce((sum, each) => sum + each, 0) / 1024 / 1024;
}

/** A request from that address of this machine; status 0 when there was no response. */
export async function askAs(
  localAddress: string,
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve } = Promise.withResolvers<{ status: number; body: string }>();
  const { port } = new URL(url);
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    localAddress,
    headers,
    agent: false,
    timeout: MAX_MS,
  });
  asked.on('timeout', () => asked.destroy());
  asked.on('error', () => resolve({ status: 0, body: '' }));
  asked.on('response', (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (text: string) => (body += text));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    response.on('close', () => resolve({ status: 0, body }));
  });
  asked.end();
  return promise;
}
