import Database from 'better-sqlite3';
import { SORT_COLUMNS } from '../playlist.ts';
import type { FullPlaylist, PlaylistPage, PlaylistQuery, SortColumn, Track } from '../playlist.ts';
import { bestMatchOrder } from './best-match.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Anchor, Cursor } from './cursor.ts';
import { loadOrders } from './load-orders.ts';
import type { Orders } from './load-orders.ts';
import { playlistOrder, readAll, readMatches } from './order.ts';
import type { Order, Reading } from './order.ts';
import type { RowSet } from './row-set.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { createSearch } from './search.ts';
import { createSuggest } from './suggest.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;
/** SQLite takes what it has read, so never more than the database has. */
const MAX_CACHE_KIB = 128 * 1024;

export interface PlaylistDatabase extends FullPlaylist {
  /** SHA-256 of the track file that it was built from. */
  readonly hash: string;
  close(): void;
}

/**
 * Opens a database that `buildDatabase` made.
 * @throws what SQLite throws, and an Error when the database is of another schema.
 */
export function openDatabase(databaseFile: string): PlaylistDatabase {
  const db = new Database(databaseFile, { readonly: true, fileMustExist: true });
  db.pragma(`cache_size = -${MAX_CACHE_KIB}`);
  try {
    return playlistOf(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function playlistOf(db: Database.Database): PlaylistDatabase {
  const about = new Map(db.prepare<[], [string, string]>('SELECT name, value FROM about').raw().all());
  if (about.get('schema') !== SCHEMA_VERSION) throw new Error('the database is of another schema');
  const size = Number(about.get('size'));
  const orders = loadOrders(db, size);
  const inPlaylistOrder = playlistOrder(size);
  const search = createSearch(db, size);
  const suggest = createSuggest(db, search);
  // CROSS JOIN keeps the rows in the order in which they are asked for.
  const readTracks = db.prepare<[string], Track>(
    `SELECT track_name, artist, album_name, track_length, track_number, release_date
     FROM json_each(?) CROSS JOIN track ON track.row = json_each.value`,
  );
  const readListing = db.prepare<[number, number, number], Track>(
    `SELECT track_name, artist, album_name, track_length, track_number, release_date
     FROM listing WHERE sort_column = ? AND position BETWEEN ? AND ? ORDER BY position`,
  );
  const readIdentity = db.prepare<[number], string>('SELECT identity FROM track WHERE row = ?').pluck();
  const readRow = db.prepare<[string], number>('SELECT row FROM track WHERE identity = ?').pluck();

  function page(query: PlaylistQuery): PlaylistPage {
    const { sort = 'rank', descending = false } = query;
    const limit = Math.min(Math.max(query.limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT);
    const typed = query.q?.trim() ?? '';
    const words = typed === '' ? null : search.wordsOf(typed);
    // What a cursor is good for: the size of a page may change on the way.
    const name = JSON.stringify([words, sort, descending]);
    const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor, name);
    const isPrevious = cursor?.direction === 'previous';

    const matches = words === null ? null : search.matching(words);
    const { order, read, tracksOf, boundary } = sequenceOf(sort, words, matches, cursor);
    const backwards = isPrevious !== descending;
    const from = cursor === null ? {} : { from: positionOf(order, cursor.edge, backwards) };
    // One more than asked for tells whether there is another page.
    const found = read({ ...from, backwards, count: limit + 1 });
    const rows = found.slice(0, limit);
    if (isPrevious) rows.reverse();

    const isMore = found.length > limit;
    const cursorTo = (direction: Cursor['direction'], row: number | undefined): string | null => {
      if (row === undefined) return null;
      const edge = anchorOf(row, order.positionOf(row));
      const last = boundary === null ? null : anchorOf(boundary, boundary);
      return encodeCursor({ direction, edge, boundary: last }, name);
    };
    return {
      tracks: tracksOf(rows),
      total: matches === null ? size : matches.count(),
      ...(words === null || rows.length > 0 ? {} : { suggestion: suggest(words) }),
      next: isPrevious || isMore ? cursorTo('next', rows.at(-1)) : null,
      previous: cursor !== null && (!isPrevious || isMore) ? cursorTo('previous', rows[0]) : null,
    };
  }

  function sequenceOf(
    sort: SortColumn,
    words: readonly string[] | null,
    matches: RowSet | null,
    cursor: Cursor | null,
  ): Sequence {
    if (words === null || matches === null) {
      const order = sort === 'rank' ? inPlaylistOrder : orders[sort];
      return {
        order,
        read: (reading) => readAll(order, reading),
        tracksOf: sort === 'rank' ? tracksAt : (rows) => tracksListed(sort, rows),
        boundary: null,
      };
    }
    if (sort === 'rank') {
      const order = bestMatchOrder(matches, words, tracksAt, boundaryOf(cursor));
      return { order, read: (reading) => order.read(reading), tracksOf: tracksAt, boundary: order.boundary };
    }
    const order = orders[sort];
    const read = (reading: Reading): readonly number[] => readMatches(order, matches, reading);
    return { order, read, tracksOf: tracksAt, boundary: null };
  }

  function boundaryOf(cursor: Cursor | null): number | undefined {
    if (cursor === null || cursor.boundary === null) return undefined;
    return readRow.get(cursor.boundary.identity) ?? Math.min(cursor.boundary.place, size - 1);
  }

  /** Where the edge's row is by now. Should it be gone, the row that followed has its place. */
  function positionOf(order: Order, edge: Anchor, backwards: boolean): number {
    const row = readRow.get(edge.identity);
    const position = row === undefined ? -1 : order.positionOf(row);
    return position === -1 ? Math.min(edge.place, size) - (backwards ? 0 : 1) : position;
  }

  /** In one go: row by row costs ten times as much. */
  function tracksAt(rows: readonly number[]): readonly Track[] {
    const tracks = readTracks.all(JSON.stringify(rows));
    if (tracks.length !== rows.length) throw new Error(`expected ${rows.length} rows, came ${tracks.length}`);
    return tracks;
  }

  /** Rows that follow each other in the order of a column, either way. */
  function tracksListed(sort: keyof Orders, rows: readonly number[]): readonly Track[] {
    const [first = -1, last = -1] = [rows[0], rows.at(-1)].map((row) => orders[sort].positionOf(row ?? -1));
    const column = SORT_COLUMNS.indexOf(sort);
    return first <= last
      ? readListing.all(column, first, last)
      : readListing.all(column, last, first).toReversed();
  }

  function anchorOf(row: number, place: number): Anchor {
    const identity = readIdentity.get(row);
    if (identity === undefined) throw new Error(`row ${row} of ${size} is missing`);
    return { identity, place };
  }

  return {
    hash: about.get('hash') ?? '',
    page,
    close() {
      search.close();
      db.close();
    },
  };
}

/** The rows that a query is about, in its order. */
interface Sequence {
  readonly order: Order;
  readonly read: (reading: Reading) => readonly number[];
  readonly tracksOf: (rows: readonly number[]) => readonly Track[];
  /** Best match only: the last row of which the matches are ranked. */
  readonly boundary: number | null;
}
