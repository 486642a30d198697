import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface LoadOptions {
  /** Open at once, each with one request at a time. Default 32. */
  readonly connections?: number;
  /** Default 2. */
  readonly seconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON to POST. Default: GET. */
  readonly body?: string;
  /** The core that the load runs on, so that the server has the other one. Default: any. */
  readonly core?: number;
}

export interface Load {
  readonly perSecond: number;
  /** Answers with a status other than 2xx or 3xx; a benchmark whose requests are refused measures nothing. */
  readonly failed: number;
}

const run = promisify(execFile);

/** wrk where it is installed, because it is never the bottleneck; else a client of Node's own. */
export const LOAD_GENERATOR: 'wrk' | 'node' =
  spawnSync('wrk', ['--version']).error === undefined ? 'wrk' : 'node';

/**
 * Asks for one page over and over from a process of its own.
 *
 * @example
 * const { perSecond } = await load(`${url}/`, { core: 1, headers: { cookie } });
 */
export async function load(url: string, options: LoadOptions = {}): Promise<Load> {
  const { connections = 32, seconds = 2, core, body } = options;
  const headers = {
    ...options.headers,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-load-'));
  // wrk posts a body only from a script.
  const script = join(folder, 'post.lua');
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = ${JSON.stringify(body ?? '')}\n`);
  const flags = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const command =
    LOAD_GENERATOR === 'wrk'
      ? [
          'wrk',
          '-t',
          '1',
          '-c',
          String(connections),
          '-d',
          `${seconds}s`,
          ...flags,
          ...(body === undefined ? [] : ['-s', script]),
          url,
        ]
      : [
          process.execPath,
          join(import.meta.dirname, 'node-load.ts'),
          ...[url, connections, seconds].map(String),
          JSON.stringify(headers),
          ...(body === undefined ? [] : [body]),
        ];
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const { stdout } = await run(program, args).finally(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    failed: Number(/Non-2xx or 3xx responses:\s+(\d+)/.exec(stdout)?.[1] ?? 0),
  };
}
