import { statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

export interface WatchOptions {
  readonly files: readonly string[];
  /** One of them was written, replaced, made or removed since the watch began or the last call. */
  readonly onChange: () => void;
  /** How long a file must be quiet before it counts as written. Default 100. */
  readonly quietMs?: number;
  /** How often to look where the system tells nothing (network folders, no watches left). Default 2000. */
  readonly pollMs?: number;
}

export interface FileWatch {
  close(): void;
}

/**
 * Watches the files' folders, because an editor that replaces a file leaves a watch on the file itself with the
 * old one; and looks now and then, because no notification is certain. A difference in inode, size or time of
 * change is a change. Nothing here keeps the process alive.
 */
export function watchFiles({ files, onChange, quietMs = 100, pollMs = 2000 }: WatchOptions): FileWatch {
  let known = stateOf(files);
  let quiet: NodeJS.Timeout | undefined;

  const settle = (): void => {
    clearTimeout(quiet);
    const seen = stateOf(files);
    quiet = setTimeout(() => {
      const state = stateOf(files);
      if (state === known) return;
      if (state !== seen) return settle();
      known = state;
      onChange();
    }, quietMs).unref();
  };

  const watchers = [...new Set(files.map((file) => dirname(file)))].flatMap((folder) =>
    watchFolder(folder, settle),
  );
  const poll = setInterval(() => {
    if (stateOf(files) !== known) settle();
  }, pollMs).unref();

  return {
    close() {
      clearTimeout(quiet);
      clearInterval(poll);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** No watch is no failure: the poll still sees every change. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
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
