import { rmSync } from 'node:fs';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BuildOptions } from './build-database.ts';

/** `.ts` in a checkout, `.js` in the compiled package. */
const WORKER = new URL(`build-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * `buildDatabase` beside the server's own thread, which it would hold up for as long as it takes.
 * @param signal ends the build; nothing of it stays.
 * @throws an Error with the build's own message.
 */
export async function buildInThread(options: BuildOptions, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const worker = new Worker(WORKER, { workerData: options });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  worker.once('error', reject);
  worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the build ended with ${code}`))));
  try {
    await promise;
  } catch (error) {
    rmSync(options.temporaryFile, { force: true });
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
