import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const HOLD = `
  const Database = require('better-sqlite3');
  new Database(process.argv[1]).exec('begin immediate');
  process.stdout.write('held');
  process.stdin.resume();
`;

/** Another process takes SQLite's write lock and keeps it until it is ended. */
export async function holdWriteLock(file: string): Promise<{ release(): Promise<void> }> {
  const holder = spawn(process.execPath, ['-e', HOLD, file], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  const release = async (): Promise<void> => {
    holder.kill('SIGKILL');
    await ended;
  };
  onTestFinished(release);
  await Promise.race([
    once(holder.stdout, 'data'),
    ended.then(([code]) => Promise.reject(new Error(`the holder of the lock ended with ${String(code)}`))),
  ]);
  return { release };
}
