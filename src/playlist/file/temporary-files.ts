import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';

/** Not written for so long, it was left by a process that is gone. */
const STALE_MS = 10 * 60_000;

/** An unused name beside `file`, to be renamed to `file` when it is complete. */
export function temporaryNameFor(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}

/** Removes what processes that were killed have left of `temporaryNameFor(file)`. */
export function removeStaleTemporaryFiles(file: string, now: number): void {
  const folder = dirname(file);
  const begin = `${basename(file)}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(begin) || !name.endsWith('.tmp')) continue;
    const staleFile = join(folder, name);
    const stat = statSync(staleFile, { throwIfNoEntry: false });
    if (stat !== undefined && now - stat.mtimeMs > STALE_MS) rmSync(staleFile, { force: true });
  }
}
