import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { DatabaseTarget } from '../../src/store/sql/database.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { startedProgram, type SpawnedProgram } from './spawned-program.ts';

export interface AttackedProgram extends SpawnedProgram {
  readonly url: string;
  readonly database: DatabaseTarget;
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
  /** In milliseconds: printed, not asserted, since they are also the test machine's. */
  readonly p99Ms: number;
  readonly slowestMs: number;
  /** How much more memory the process keeps after the attack than before, in MiB. */
  readonly grownMiB: number;
}

/** `npm run bench:attacks` prints the figures of attacks in their full length. */
export const isLongAttack = process.env['ATTACKS'] === 'long';

/** Every address of 127.0.0.0/8 is this machine on Linux, so that the limits by address take the bystander for another. */
const BYSTANDER_ADDRESS = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
const MAX_MS = 10_000;
/** The program has so little memory that it dies of what it should not keep, and collects garbage on SIGUSR2. */
const NODE_OPTIONS =
  '--max-old-space-size=128 --expose-gc --import data:text/javascript,process.on(%22SIGUSR2%22,()=>gc())';

/**
 * The same attacks on a program with SQLite, and on one with PostgreSQL where there is one; each is a process of its own
 * for all of them, and warm.
 */
export function onAttackedPrograms(attacks: (attacked: () => AttackedProgram) => void): void {
  describe('on SQLite', () => {
    attacks(useAttackedProgram('sqlite'));
  });
  describe('on PostgreSQL', { skip: postgresBinaries() === undefined }, () => {
    attacks(useAttackedProgram('postgres'));
  });
}

function useAttackedProgram(kind: DatabaseTarget['kind']): () => AttackedProgram {
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-'));
  let postgres: PostgresServer | undefined;
  let attacked: AttackedProgram | undefined;
  beforeAll(async () => {
    postgres = kind === 'postgres' ? await startPostgres() : undefined;
    const url = await postgres?.freshDatabase();
    const env = { NODE_OPTIONS, DATA_DIR: folder, ...(url === undefined ? {} : { DATABASE_URL: url }) };
    const database: DatabaseTarget =
      url === undefined ? { kind: 'sqlite', file: join(folder, 'dj-toggle.db') } : { kind: 'postgres', url };
    attacked = await warmProgram(env, database);
  }, 60_000);
  afterAll(async () => {
    attacked?.child.kill('SIGKILL');
    await attacked?.exitCode;
    await postgres?.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => attacked ?? expect.fail('the program starts before the first test');
}

async function warmProgram(
  env: Readonly<Record<string, string>>,
  database: DatabaseTarget,
): Promise<AttackedProgram> {
  const program = await startedProgram(env);
  for (let count = 0; count < 100; count += 1) await askAs(BYSTANDER_ADDRESS, program.url, '/');
  const key = (name: string): string =>
    new RegExp(`${name} +(\\S+)`).exec(program.output())?.[1] ?? expect.fail(`the program made no ${name}`);
  return { ...program, database, key, during: (attack) => watch(program, key('ADMIN_TOKEN'), attack) };
}

async function watch(
  program: SpawnedProgram & { readonly url: string },
  token: string,
  attack: () => Promise<unknown>,
): Promise<Bystander> {
  const before = await keptMiB(program, token);
  let answered = 0;
  let failed = 0;
  const times: number[] = [];
  const state = { isOver: false };
  const attacked = attack().finally(() => (state.isOver = true));
  while (!state.isOver) {
    for (const path of ['/', '/health']) {
      const startedAt = performance.now();
      const { status } = await askAs(BYSTANDER_ADDRESS, program.url, path);
      times.push(performance.now() - startedAt);
      if (status === 200) answered += 1;
      else failed += 1;
    }
    await pause(5);
  }
  await attacked;
  const grown = (await keptMiB(program, token)) - before;
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.ceil(times.length * share) - 1] ?? 0);
  const seen = { answered, failed, p99Ms: at(0.99), slowestMs: at(1), grownMiB: Math.round(grown) };
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
