import Database from 'better-sqlite3';
import { SORT_COLUMNS } from '../playlist.ts';
import type { FullPlaylist, PlaylistPage, PlaylistQuery, SortColumn, Track } from '../playlist.ts';
import { bestMatchOrder } from './best-match.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Anchor, Cursor } from './cursor.ts';
import { orderOf, playlistOrder, readAll, readMatches } from './order.ts';
import type { Order, Reading } from './order.ts';
import type { RowSet } from './row-set.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { createSearch } from './search.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

export interface PlaylistDatabase extends FullPlaylist {
  /** SHA-256 of the track file that it was built from. */
  readonly hash: string;
  /** How many entries of the track file were there before, and left out. */
  readonly duplicates: number;
  close(): void;
}

/**
 * Opens a database that `buildDatabase` made.
 * @throws what SQLite throws, and an Error when the database is of another schema.
 */
export function openDatabase(databaseFile: string): PlaylistDatabase {
  const db = new Database(databaseFile, { readonly: true, fileMustExist: true });
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
  const search = createSearch(db, size);
  const readTrack = db.prepare<[number], Track>(
    'SELECT track_name, artist, album_name, track_length, track_number, release_date FROM track WHERE row = ?',
  );
  const readIdentity = db.prepare<[number], string>('SELECT identity FROM track WHERE row = ?').pluck();
  const readRow = db.prepare<[string], number>('SELECT row FROM track WHERE identity = ?').pluck();

  const trackAt = (row: number): Track => {
    const track = readTrack.get(row);
    if (track === undefined) throw new Error(`row ${row} of ${size} is missing`);
    return track;
  };
  const anchorAt = (row: number, place: number): Anchor => ({ identity: readIdentity.get(row) ?? '', place });

  function page(query: PlaylistQuery): PlaylistPage {
    const { sort = 'rank', descending = false } = query;
    const typed = query.q?.trim() ?? '';
    const words = typed === '' ? null : search.wordsOf(typed);
    const name = JSON.stringify([words, sort, descending]);
    const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor, name);
    const limit = Math.min(Math.max(query.limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT);

    const matches = words === null ? null : search.matching(words);
    const { order, read, boundary } = sequenceOf(sort, words, matches, cursor);
    const isBackwards = (cursor?.direction === 'previous') !== descending;
    const from = cursor === null ? undefined : positionOf(order, cursor.edge, isBackwards);
    // One more than asked for tells whether there is another page.
    const read1 = read({ ...(from === undefined ? {} : { from }), backwards: isBackwards, count: limit + 1 });
    const rows = read1.slice(0, limit);
    if (cursor?.direction === 'previous') rows.reverse();

    const isMore = read1.length > limit;
    const hasNext = cursor?.direction === 'previous' ? true : isMore;
    const hasPrevious = cursor?.direction === 'previous' ? isMore : cursor !== null;
    const cursorAt = (direction: Cursor['direction'], row: number | undefined): string | null =>
      row === undefined
        ? null
        : encodeCursor(
            {
              direction,
              edge: anchorAt(row, order.positionOf(row)),
              boundary: boundary === null ? null : anchorAt(boundary, boundary),
            },
            name,
          );
    return {
      tracks: rows.map(trackAt),
      total: matches === null ? size : matches.count(),
      totalIsLowerBound: false,
      next: hasNext ? cursorAt('next', rows.at(-1)) : null,
      previous: hasPrevious ? cursorAt('previous', rows[0]) : null,
    };
  }

  function sequenceOf(
    sort: SortColumn,
    words: readonly string[] | null,
    matches: RowSet | null,
    cursor: Cursor | null,
  ): Sequence {
    if (sort === 'rank' && words !== null && matches !== null) {
      const order = bestMatchOrder(matches, words, trackAt, boundaryOf(cursor));
      return { order, read: order.read, boundary: size === 0 ? null : order.boundary };
    }
    const order = orders[sort];
    const read = (reading: Reading): readonly number[] =>
      matches === null ? readAll(order, reading) : readMatches(order, matches, reading);
    return { order, read, boundary: null };
  }

  function boundaryOf(cursor: Cursor | null): number | undefined {
    if (cursor === null || cursor.boundary === null) return undefined;
    return readRow.get(cursor.boundary.identity) ?? Math.min(cursor.boundary.place, size - 1);
  }

  /** Where to go on from: the edge's row, wherever it is by now; should it be gone, so is its place, and the next row has it. */
  function positionOf(order: Order, edge: Anchor, isBackwards: boolean): number {
    const row = readRow.get(edge.identity);
    const position = row === undefined ? -1 : order.positionOf(row);
    return position === -1 ? Math.min(edge.place, size) - (isBackwards ? 0 : 1) : position;
  }

  return {
    hash: about.get('hash') ?? '',
    duplicates: Number(about.get('duplicates')),
    page,
    close() {
      search.close();
      db.close();
    },
  };
}

interface Sequence {
  readonly order: Order;
  readonly read: (reading: Reading) => readonly number[];
  readonly boundary: number | null;
}

function loadOrders(db: Database.Database, size: number): Readonly<Record<SortColumn, Order>> {
  const readOrder = db.prepare<[string], Buffer>('SELECT rows FROM sorted WHERE sort_column = ?').pluck();
  const load = (column: SortColumn): Order => {
    if (column === 'rank') return playlistOrder(size);
    const bytes = readOrder.get(column);
    if (bytes?.length !== size * 4) throw new Error(`the order of ${column} is not complete`);
    return orderOf(new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
  };
  return Object.fromEntries(SORT_COLUMNS.map((column) => [column, load(column)])) as Record<
    SortColumn,
    Order
  >;
}
