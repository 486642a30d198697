import { existsSync } from 'node:fs';
import { SqliteError } from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { coalesce } from '../shared/coalesce.ts';
import { toError } from '../shared/to-error.ts';
import type { FullPlaylist, PlaylistPage, PlaylistQuery } from './playlist.ts';
import { buildDatabase } from './database/build-database.ts';
import { buildInThread } from './database/build-in-thread.ts';
import type { BuildOptions } from './database/build-database.ts';
import { openDatabase } from './database/playlist-database.ts';
import type { PlaylistDatabase } from './database/playlist-database.ts';
import { removeStaleTemporaryFiles, temporaryNameFor } from './file/temporary-files.ts';
import { hashOfFile } from './file/track-file.ts';
import { watchFiles } from './file/watch-files.ts';

/** At most 30 KB each. */
const MAX_RECENT_PAGES = 100;
/** Then the database is read again, so that damage to it is noticed. */
const REREAD_AFTER_MS = 1_000;

export interface FullPlaylistOptions {
  /** JSON, as it ships. */
  readonly trackFile: string;
  /** The listener's own list: takes the place of `trackFile` while it exists. */
  readonly ownTrackFile?: string;
  /** Built at the first start, in a folder that exists. Several processes may share it. */
  readonly databaseFile: string;
  /** The list could not be renewed while running: the one before stays in service. One line. */
  readonly onProblem: (problem: string) => void;
  /** Another list is in service. */
  readonly onChange?: () => void;
  readonly now?: () => number;
}

export interface OpenFullPlaylist extends FullPlaylist {
  /** Why the track file as it is now is not in service; `null` when it is. */
  problem(): string | null;
  close(): Promise<void>;
}

/**
 * The full playlist, kept in SQLite and followed while its track file changes. At the start it is built at once, if it
 * must be; while running in a thread of its own, with the list before in service.
 * @throws PlaylistFileError when the track file is not usable at the start, and whatever SQLite throws.
 */
export function openFullPlaylist(options: FullPlaylistOptions): OpenFullPlaylist {
  const { trackFile, ownTrackFile, databaseFile, onProblem, onChange, now = Date.now } = options;
  const sourceFile = (): string =>
    ownTrackFile !== undefined && existsSync(ownTrackFile) ? ownTrackFile : trackFile;
  const buildOptions = (): BuildOptions => ({
    trackFile: sourceFile(),
    databaseFile,
    temporaryFile: temporaryNameFor(databaseFile),
  });

  removeStaleTemporaryFiles(databaseFile, now());
  const closing = new AbortController();
  const renew = coalesce(async (): Promise<void> => {
    if (closing.signal.aborted) return;
    try {
      await renewOnce();
    } catch (error) {
      if (closing.signal.aborted) return;
      problem = toError(error).message;
      onProblem(problem);
    }
  });
  let problem: string | null = null;
  let isDamaged = false;
  /** Most listeners ask for the same few pages, which stay as they are until another database is in service. */
  const recentPages = new LRUCache<string, PlaylistPage>({
    max: MAX_RECENT_PAGES,
    ttl: REREAD_AFTER_MS,
    perf: { now },
  });

  // Watched before it is read: a change between the two must not be missed.
  const watch = watchFiles({
    files: ownTrackFile === undefined ? [trackFile] : [trackFile, ownTrackFile],
    onChange: () => void renew(),
  });
  let database: PlaylistDatabase;
  try {
    database = openCurrent(databaseFile, hashOfFile(sourceFile())) ?? build();
  } catch (error) {
    watch.close();
    throw error;
  }

  function build(): PlaylistDatabase {
    buildDatabase(buildOptions());
    return openDatabase(databaseFile);
  }

  async function renewOnce(): Promise<void> {
    const hash = hashOfFile(sourceFile());
    if (isDamaged || hash !== database.hash) {
      // Another process that shares the database may have renewed it already.
      let renewed = isDamaged ? null : openCurrent(databaseFile, hash);
      if (renewed === null) {
        await buildInThread(buildOptions(), closing.signal);
        renewed = openDatabase(databaseFile);
      }
      if (closing.signal.aborted) return renewed.close();
      database.close();
      database = renewed;
      recentPages.clear();
      isDamaged = false;
    }
    problem = null;
    onChange?.();
  }

  return {
    page(query) {
      const name = nameOf(query);
      const known = recentPages.get(name);
      if (known !== undefined) return known;
      try {
        const page = database.page(query);
        recentPages.set(name, page);
        return page;
      } catch (error) {
        // What is on the disk is worth nothing any more, but all of it can be made again.
        if (isDamage(error) && !closing.signal.aborted) {
          isDamaged = true;
          void renew();
        }
        throw error;
      }
    },
    problem: () => problem,
    async close() {
      closing.abort();
      watch.close();
      await renew();
      database.close();
    },
  };
}

const nameOf = ({ q, sort, descending, cursor, limit }: PlaylistQuery): string =>
  JSON.stringify([q, sort, descending, cursor, limit]);

function isDamage(error: unknown): boolean {
  return error instanceof SqliteError && /^SQLITE_(?:CORRUPT|NOTADB|IOERR)/.test(error.code);
}

/** The database as it is, if it was built from a file with this hash; whatever else is there is built again. */
function openCurrent(databaseFile: string, hash: string): PlaylistDatabase | null {
  let database: PlaylistDatabase;
  try {
    database = openDatabase(databaseFile);
  } catch {
    return null;
  }
  if (database.hash === hash) return database;
  database.close();
  return null;
}
