import type { RowSet } from './row-set.ts';

/** All rows in one order. Positions and rows both count from 0. */
export interface Order {
  readonly size: number;
  rowAt(position: number): number;
  positionOf(row: number): number;
}

/** The rows as the playlist itself has them. */
export function playlistOrder(size: number): Order {
  return { size, rowAt: (position) => position, positionOf: (row) => row };
}

/** @param rows every row once, as they follow each other. */
export function orderOf(rows: Uint32Array): Order {
  const positions = new Uint32Array(rows.length);
  for (let position = 0; position < rows.length; position++) positions[rows[position] ?? 0] = position;
  return {
    size: rows.length,
    rowAt: (position) => rows[position] ?? -1,
    positionOf: (row) => positions[row] ?? -1,
  };
}

export interface Reading {
  /** The position to go on from, not itself read. Default: the beginning, or backwards the end. */
  readonly from?: number;
  readonly backwards: boolean;
  readonly count: number;
}

/** The next rows of an order, of all rows. */
export function readAll(order: Order, { from, backwards, count }: Reading): readonly number[] {
  const step = backwards ? -1 : 1;
  const rows: number[] = [];
  let position = (from ?? (backwards ? order.size : -1)) + step;
  for (; rows.length < count && position >= 0 && position < order.size; position += step) {
    rows.push(order.rowAt(position));
  }
  return rows;
}

/**
 * The next rows of an order, of those in `matches`. Looks at every match once and keeps the nearest: walking along
 * the order instead would be quicker for most searches and endless for one whose matches all stand at its end.
 */
export function readMatches(order: Order, matches: RowSet, reading: Reading): readonly number[] {
  const { backwards, count } = reading;
  if (count <= 0) return [];
  const sign = backwards ? -1 : 1;
  const from = sign * (reading.from ?? (backwards ? order.size : -1));
  // Ascending keys; a position read backwards counts as its negative.
  const nearest: number[] = [];
  let limit = Infinity;
  for (let row = matches.next(0); row !== -1; row = matches.next(row + 1)) {
    const key = sign * order.positionOf(row);
    if (key <= from || key >= limit) continue;
    let at = nearest.length;
    while (at > 0 && (nearest[at - 1] ?? 0) > key) at--;
    nearest.splice(at, 0, key);
    if (nearest.length > count) nearest.pop();
    if (nearest.length === count) limit = nearest[count - 1] ?? Infinity;
  }
  return nearest.map((key) => order.rowAt(sign * key));
}
