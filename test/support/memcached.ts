import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { listenOnFreePort } from './listen-on-free-port.ts';

const CANDIDATES = ['/usr/bin/memcached', '/usr/local/bin/memcached'];

/** The system's memcached, or `MEMCACHED_PATH`; undefined where there is none. */
export function memcachedPath(): string | undefined {
  return [process.env['MEMCACHED_PATH'], ...CANDIDATES].find(
    (path) => path !== undefined && existsSync(path),
  );
}

/** A real memcached on a free port of loopback. */
export async function startMemcached(): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const path = memcachedPath();
  if (path === undefined) throw new Error('memcached is not on this machine');
  const port = await freePort();
  const memcached = spawn(path, ['-u', 'nobody', '-l', '127.0.0.1', '-p', String(port), '-vv'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const data of memcached.stderr) {
    if (String(data).includes('server listening')) break;
  }
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      const ended = once(memcached, 'exit');
      memcached.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listenOnFreePort(probe);
  probe.close();
  await once(probe, 'close');
  return port;
}
