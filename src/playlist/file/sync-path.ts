import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes a file durable, or a folder: what was renamed in it stays so after a loss of power. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
