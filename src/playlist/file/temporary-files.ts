import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';

/** Nobody has written to it for so long: the process that made it is gone. */
const LEFT_OVER_MS = 10 * 60_000;

/** A name beside `file` that nobody else uses, to be renamed to `file` when it is complete. */
export function temporaryNameFor(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}

/** Removes what processes that were killed have left of `temporaryNameFor(file)`. */
export function removeLeftOvers(file: string, now: number): void {
  const folder = dirname(file);
  const begin = `${basename(file)}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(begin) || !name.endsWith('.tmp')) continue;
    const leftOver = join(folder, name);
    const stat = statSync(leftOver, { throwIfNoEntry: false });
    if (stat !== undefined && now - stat.mtimeMs > LEFT_OVER_MS) rmSync(leftOver, { force: true });
  }
}
