import { createHash } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { SORT_COLUMNS } from '../playlist.ts';
import { syncPath } from '../file/sync-path.ts';
import { readTracks } from '../file/track-file.ts';
import { identityOf } from '../identity.ts';
import { alsoFoundAs } from './also-found-as.ts';
import { fold } from './fold.ts';
import { writeFrequentBeginnings } from './frequent-beginnings.ts';
import { SCHEMA, SCHEMA_VERSION, SORT_KEYS } from './schema.ts';
import { writeWords } from './suggest.ts';

export interface BuildOptions {
  readonly trackFile: string;
  readonly databaseFile: string;
  /** In the database's folder, and used by this build alone. */
  readonly temporaryFile: string;
}

/**
 * Builds the playlist's database from a track file and puts it in the place of the one before, which stays whole and
 * usable until that moment, whatever happens here.
 * @throws PlaylistFileError when the file is not usable, and whatever SQLite and the file system throw.
 */
export function buildDatabase({ trackFile, databaseFile, temporaryFile }: BuildOptions): void {
  try {
    fill(temporaryFile, trackFile);
    syncPath(temporaryFile);
    renameSync(temporaryFile, databaseFile);
    syncPath(dirname(databaseFile));
  } catch (error) {
    rmSync(temporaryFile, { force: true });
    throw error;
  }
}

function fill(databaseFile: string, trackFile: string): void {
  const db = new Database(databaseFile);
  try {
    // A build that fails is thrown away as a whole: nothing in it needs to be undone or kept.
    db.pragma('journal_mode = OFF');
    // Large sets of rows are read whole, so they should lie in few pages.
    db.pragma('page_size = 16384');
    db.pragma('synchronous = OFF');
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('cache_size = -131072');
    db.function('fold', { deterministic: true }, (text: unknown) => fold(String(text)));
    db.exec(SCHEMA);
    db.transaction(() => {
      const { size, hash } = insertTracks(db, trackFile);
      db.exec(`INSERT INTO search (search) VALUES ('rebuild')`);
      for (const column of SORT_COLUMNS) if (column !== 'rank') writeOrder(db, size, column);
      writeFrequentBeginnings(db, size);
      writeWords(db);
      const about = { schema: SCHEMA_VERSION, hash, size };
      const write = db.prepare<[string, string]>('INSERT INTO about VALUES (?, ?)');
      for (const [name, value] of Object.entries(about)) write.run(name, String(value));
    })();
  } finally {
    db.close();
  }
}

function insertTracks(db: Database.Database, trackFile: string): { size: number; hash: string } {
  const insert = db.prepare('INSERT OR IGNORE INTO track VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const hash = createHash('sha256');
  let size = 0;
  for (const track of readTracks(trackFile, (bytes) => hash.update(bytes))) {
    size += insert.run(
      size,
      identityOf(track),
      track.track_name,
      track.artist,
      track.album_name,
      track.track_length,
      track.track_number,
      track.release_date,
      alsoFoundAs(track),
    ).changes;
  }
  return { size, hash: hash.digest('hex') };
}

function writeOrder(db: Database.Database, size: number, column: keyof typeof SORT_KEYS): void {
  const rows = new Uint32Array(size);
  let position = 0;
  const key = SORT_KEYS[column];
  const index = SORT_COLUMNS.indexOf(column);
  db.prepare(
    `INSERT INTO listing
     SELECT ?, row_number() OVER (ORDER BY ${key}, row) - 1, row,
            track_name, artist, album_name, track_length, track_number, release_date
     FROM track`,
  ).run(index);
  const sorted = db
    .prepare<[number], number>('SELECT row FROM listing WHERE sort_column = ? ORDER BY position')
    .pluck();
  for (const row of sorted.iterate(index)) rows[position++] = row;
  db.prepare('INSERT INTO sorted VALUES (?, ?)').run(column, new Uint8Array(rows.buffer));
}
