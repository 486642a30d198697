import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A server in a process of its own. */
export interface MeasuredProgram {
  readonly child: ChildProcess;
  /** Without a slash at the end. */
  readonly url: string;
  /** What it printed until it listened, the keys of a first start among it. */
  readonly lines: readonly string[];
  /** From the start of the process to the line with its address. */
  readonly startMs: number;
  readonly stop: () => Promise<void>;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The core that it runs on, so that the load has the other one. Default: any. */
  readonly core?: number;
  /** Arguments of Node, before the file. */
  readonly nodeOptions?: readonly string[];
  /** Arguments of the program, after the file. */
  readonly args?: readonly string[];
}

export const PROJECT_DIR = join(import.meta.dirname, '..', '..', '..');
const START_TIMEOUT_MS = 60_000;
/** A program that has not ended by then is killed. */
const STOP_TIMEOUT_MS = 10_000;

/** As `npm start` starts it: the options of Node, and the file. */
const [START_FILE = '', ...START_OPTIONS] = z
  .object({ scripts: z.object({ start: z.string() }) })
  .parse(JSON.parse(readFileSync(join(PROJECT_DIR, 'package.json'), 'utf8')))
  .scripts.start.split(' ')
  .slice(1)
  .toReversed();

/**
 * The whole program with its default log, limits and metrics, on an empty data folder unless `DATA_DIR` says otherwise.
 *
 * @example
 * const program = await startDjToggle({ core: 0, env: { ADMIN_TOKEN: 'admin-of-the-benchmark-0123456789' } });
 */
export async function startDjToggle(options: ProgramOptions = {}): Promise<MeasuredProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-'));
  const removeFolder = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const program = await startProgram(join(PROJECT_DIR, START_FILE), {
      ...options,
      nodeOptions: [...START_OPTIONS, ...(options.nodeOptions ?? [])],
      env: { PORT: '0', DATA_DIR: folder, ...options.env },
    });
    return {
      ...program,
      stop: async () => {
        await program.stop();
        removeFolder();
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

/**
 * Any server that prints a line with `http://localhost:<port>` or `http://127.0.0.1:<port>` once it listens. Its log (standard error) is thrown away.
 * @throws Error when it ends, or says nothing for a minute, before it listens.
 */
export async function startProgram(
  file: string,
  { env = {}, core, nodeOptions = [], args: ownArgs = [] }: ProgramOptions = {},
): Promise<MeasuredProgram> {
  const began = performance.now();
  const command = [process.execPath, ...nodeOptions, file, ...ownArgs];
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const child = spawn(program, args, {
    cwd: PROJECT_DIR,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const killChild = (): void => void child.kill('SIGKILL');
  process.once('exit', killChild);
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const timeout = setTimeout(() => {
      killChild();
      reject(new Error(`${file} did not listen within ${START_TIMEOUT_MS / 1_000} s: ${lines.join('\n')}`));
    }, START_TIMEOUT_MS);
    const output = createInterface({ input: child.stdout });
    output.on('line', (line) => {
      lines.push(line);
      const found = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(line)?.[0];
      if (found === undefined) return;
      clearTimeout(timeout);
      resolve(found);
    });
    output.on('close', () => {
      clearTimeout(timeout);
      reject(new Error(`${file} ended before it listened: ${lines.join('\n')}`));
    });
  });
  const startMs = performance.now() - began;
  const stop = async (): Promise<void> => {
    process.off('exit', killChild);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timeout = setTimeout(killChild, STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timeout);
  };
  return { child, url, lines, startMs, stop };
}

/** Resident memory of a program, in MiB. Linux only, since it reads /proc. */
export function residentMiB({ child }: MeasuredProgram): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

/**
 * Seconds of processor time that a program has used, by Linux's account (100 ticks a second). Other work on the machine
 * slows a program down, but does not count here.
 */
export function cpuSeconds({ child }: MeasuredProgram): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  // The name in brackets may hold blanks; user and system time are the 14th and 15th field of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
