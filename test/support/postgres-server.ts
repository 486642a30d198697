import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { postgresBinaries } from './postgres-binaries.ts';

export interface PostgresServer {
  /** The address of a database of its own: empty, or a copy of another without connections. */
  freshDatabase(copyOf?: string): Promise<string>;
  /** As a crash would, or as an administrator would; the databases stay. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** Ends the server and forgets its databases. */
  remove(): Promise<void>;
}

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/**
 * A throwaway server on a socket in a temporary folder: no port, no password.
 * @param settings `name=value`, over the defaults; `fsync=on` where durability or honest times matter
 */
export async function startPostgres(settings: readonly string[] = ['fsync=off']): Promise<PostgresServer> {
  const binaries = postgresBinaries();
  if (binaries === undefined) throw new Error('there is no PostgreSQL on this machine');
  const folder = mkdtempSync(join(tmpdir(), 'dj-postgres-'));
  const data = join(folder, 'data');
  const owner = serverUser();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...owner, stdio: 'ignore', cwd: folder },
  );

  const options = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'shared_buffers=16MB',
    ...settings,
  ];
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn(join(binaries, 'postgres'), ['-D', data, ...options.flatMap((option) => ['-c', option])], {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await untilReady(server);
  };
  const stop = async (how: keyof typeof SIGNALS = 'fast'): Promise<void> => {
    const stopping = server;
    server = undefined;
    if (stopping === undefined || stopping.exitCode !== null) return;
    const gone = once(stopping, 'exit');
    stopping.kill(SIGNALS[how]);
    await gone;
  };
  process.once('exit', () => server?.kill(SIGNALS.immediate));
  await start();

  const address = (database: string): string => `postgres://postgres@localhost/${database}?host=${folder}`;
  let databases = 0;
  return {
    freshDatabase: async (copyOf = address('template1')) => {
      databases += 1;
      const name = `fresh_${databases}`;
      const template = /\/(\w+)\?/.exec(copyOf)?.[1] ?? 'template1';
      await withClient(address('postgres'), async (client) => {
        const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
        // Twenty times as fast as the way through the log, which 15 made the default.
        const strategy = Number(rows[0]?.server_version_num) >= 150_000 ? 'strategy file_copy' : '';
        await client.query(`create database ${name} template ${template} ${strategy}`);
      });
      return address(name);
    },
    stop,
    start,
    remove: async () => {
      await stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A connection of the test's own, beside those of the program. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined;
  const id = (what: string): number => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function untilReady(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error('the server has no output');
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line);
    if (line.includes('database system is ready to accept connections')) {
      // Nothing reads on, and a full pipe would stop the server.
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`);
}
