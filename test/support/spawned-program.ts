import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
  /** Default: this runtime. */
  readonly command?: string;
  /** Default: the project. */
  readonly cwd?: string;
  /** Default: the user who runs the tests. */
  readonly uid?: number;
  /** What Node runs, after its own flags. Default `src/main.ts`. */
  readonly args?: readonly string[];
}

/** `src/main.ts` as a process of its own, ended with the test; on a free port and with a data folder of its own unless `env` says otherwise. */
export function spawnProgram(
  env: Readonly<Record<string, string>> = {},
  options: SpawnOptions = {},
): SpawnedProgram {
  const program = startProgram({ DATA_DIR: temporaryFolder(), ...env }, options);
  onTestFinished(async () => {
    program.child.kill('SIGKILL');
    await program.exitCode;
  });
  return program;
}

/** The same, once it has said where it is. */
export async function spawnRunningProgram(
  env: Readonly<Record<string, string>> = {},
): Promise<SpawnedProgram & { readonly url: string }> {
  return whenRunning(spawnProgram(env));
}

/** For several tests: the caller ends it. */
export async function startedProgram(
  env: Readonly<Record<string, string>> & { readonly DATA_DIR?: string },
): Promise<SpawnedProgram & { readonly url: string }> {
  return whenRunning(startProgram(env, {}));
}

async function whenRunning(program: SpawnedProgram): Promise<SpawnedProgram & { readonly url: string }> {
  while (!program.output().includes('dashboard')) {
    if (program.child.exitCode !== null) expect.fail(`the program ended: ${program.output()}`);
    await pause(20);
  }
  return { ...program, url: /http:\/\/localhost:\d+/.exec(program.output())?.[0] ?? '' };
}

function startProgram(
  env: Readonly<Record<string, string>>,
  { uid, command = process.execPath, cwd = ROOT, args = ['src/main.ts'] }: SpawnOptions,
): SpawnedProgram {
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'warn', SHUTDOWN_DELAY: '0', ...env },
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
  return { child, output: () => said, exitCode };
}
