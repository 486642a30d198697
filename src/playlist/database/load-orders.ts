import type Database from 'better-sqlite3';
import type { SortColumn } from '../playlist.ts';
import { columnOrder } from './order.ts';
import type { ColumnOrder } from './order.ts';

export type Orders = Readonly<Record<Exclude<SortColumn, 'rank'>, ColumnOrder>>;

/**
 * The rows of the whole playlist in the order of each column: 8 bytes in memory for a row and a column.
 * @throws Error when the database does not hold them all.
 */
export function loadOrders(db: Database.Database, size: number): Orders {
  const readOrder = db.prepare<[string], Buffer>('SELECT rows FROM sorted WHERE sort_column = ?').pluck();
  const load = (column: SortColumn): ColumnOrder => {
    const bytes = readOrder.get(column);
    if (bytes?.length !== size * 4) throw new Error(`the order of ${column} is not complete`);
    return columnOrder(
      new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    );
  };
  return {
    track_name: load('track_name'),
    artist: load('artist'),
    album_name: load('album_name'),
    track_length: load('track_length'),
    track_number: load('track_number'),
    release_date: load('release_date'),
  };
}
