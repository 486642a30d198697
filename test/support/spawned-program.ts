import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface SpawnedProgram {
  readonly child: ChildProcess;
  /** Everything written so far, to both streams. */
  readonly output: () => string;
  /** How it ended; null by a signal. */
  readonly exitCode: Promise<number | null>;
}

export interface SpawnOptions {
  /** Default: the user who runs the tests. */
  readonly uid?: number;
}

/** `src/main.ts` as a process of its own, ended with the test; on a free port and with a data folder of its own unless `env` says otherwise. */
export function spawnProgram(
  env: Readonly<Record<string, string>> = {},
  { uid }: SpawnOptions = {},
): SpawnedProgram {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: temporaryFolder(), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  }
  // 'close' comes after the last word, 'exit' may come before it.
  const exitCode = once(child, 'close').then(() => child.exitCode);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exitCode;
  });
  return { child, output: () => said, exitCode };
}

/** The same, once it has said where it is. */
export async function spawnRunningProgram(
  env: Readonly<Record<string, string>> = {},
): Promise<SpawnedProgram & { readonly url: string }> {
  const program = spawnProgram(env);
  await expect.poll(program.output, { timeout: 15_000 }).toMatch(/dashboard/);
  return { ...program, url: /http:\/\/localhost:\d+/.exec(program.output())?.[0] ?? '' };
}
