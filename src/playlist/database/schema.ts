import { TOKENIZER } from './word-splitter.ts';

/** Raised whenever a database of an earlier version must be built again. */
export const SCHEMA_VERSION = '2';

/** A row is a track's place in its file, from 0, without gaps. Nothing is written after the build. */
export const SCHEMA = `
  CREATE TABLE track (
    row INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,
    track_name TEXT NOT NULL,
    artist TEXT NOT NULL,
    album_name TEXT NOT NULL,
    track_length TEXT NOT NULL,
    track_number INTEGER NOT NULL,
    release_date TEXT NOT NULL,
    also_found_as TEXT NOT NULL
  ) STRICT;

  -- Which rows hold a word. Its position in the row is never needed, so it is not kept.
  CREATE VIRTUAL TABLE search USING fts5(
    track_name, artist, album_name, also_found_as, content = 'track', content_rowid = 'row', detail = none, columnsize = 0,
    ${TOKENIZER}
  );

  -- The tracks once more in the order of each column: a page is read as it lies, wherever it is. Fifty rows picked
  -- from all over a million cost twice as much.
  CREATE TABLE listing (
    sort_column INTEGER NOT NULL,
    position INTEGER NOT NULL,
    row INTEGER NOT NULL,
    track_name TEXT NOT NULL,
    artist TEXT NOT NULL,
    album_name TEXT NOT NULL,
    track_length TEXT NOT NULL,
    track_number INTEGER NOT NULL,
    release_date TEXT NOT NULL,
    PRIMARY KEY (sort_column, position)
  ) STRICT, WITHOUT ROWID;

  -- All rows in the order of a column: four bytes each.
  CREATE TABLE sorted (sort_column TEXT PRIMARY KEY, rows BLOB NOT NULL) STRICT;

  -- The rows of every beginning of a word that many rows hold; see frequent-beginnings.ts.
  CREATE TABLE frequent (beginning TEXT PRIMARY KEY, rows BLOB NOT NULL) STRICT;

  -- The most frequent words with the number of rows that hold each, for suggestions.
  CREATE TABLE word (word TEXT PRIMARY KEY, uses INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;

/** How rows compare in a column; the row itself decides between equals. */
export const SORT_KEYS = {
  track_name: 'fold(track_name)',
  artist: 'fold(artist)',
  album_name: 'fold(album_name)',
  track_length: `CAST(substr(track_length, 1, length(track_length) - 3) AS INTEGER) * 60
                 + CAST(substr(track_length, -2) AS INTEGER)`,
  track_number: 'track_number',
  release_date: 'release_date',
} as const;
