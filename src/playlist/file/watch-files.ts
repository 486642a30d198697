import { statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

export interface WatchOptions {
  readonly files: readonly string[];
  /** One of them was written, replaced, made or removed since the watch began or the last call. */
  readonly onChange: () => void;
}

/** How long a file must be quiet before it counts as written. */
const QUIET_MS = 100;
/** How often to look where the system sends no events (network folders, no watches left). */
const POLL_MS = 2_000;

export interface FileWatch {
  close(): void;
}

/**
 * Watches the files' folders, because an editor that replaces a file leaves a watch on the file itself with the
 * old one; and looks now and then, because no notification is certain. A difference in inode, size or time of
 * change is a change. Nothing here keeps the process alive.
 */
export function watchFiles({ files, onChange }: WatchOptions): FileWatch {
  let known = stateOf(files);
  let seen = known;
  let quiet: NodeJS.Timeout | undefined;

  /** Restarts the wait only when the files changed again: other writes in the folder must not put off the end. */
  const look = (): void => {
    const state = stateOf(files);
    if (state === seen) return;
    seen = state;
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      look();
      if (state !== seen || state === known) return;
      known = state;
      onChange();
    }, QUIET_MS).unref();
  };

  const names = new Set(files.map((file) => basename(file)));
  const watchers = [...new Set(files.map((file) => dirname(file)))].flatMap((folder) =>
    watchFolder(folder, (name) => {
      if (name === null || names.has(name)) look();
    }),
  );
  const poll = setInterval(look, POLL_MS).unref();

  return {
    close() {
      clearTimeout(quiet);
      clearInterval(poll);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** No watch is no failure: the poll still sees every change. */
function watchFolder(folder: string, onEvent: (name: string | null) => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => onEvent(name));
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

function stateOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
      return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
    })
    .join(' ');
}
