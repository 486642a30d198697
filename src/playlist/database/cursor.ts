import { createHash } from 'node:crypto';
import { InvalidCursorError } from '../playlist.ts';

/** A row and where it stood when the page was made. Should it be gone, its place is where the reading goes on. */
export interface Anchor {
  readonly identity: string;
  readonly place: number;
}

export interface Cursor {
  readonly direction: 'next' | 'previous';
  /** The row at the page's edge; `place` is its position in the page's order. */
  readonly edge: Anchor;
  /** Best match only: the last row of which the matches are ranked; `place` is its row. */
  readonly boundary: Anchor | null;
}

const CURSOR = /^([np])([\w-]{16})(\d{1,10})(?:!([\w-]{16})(\d{1,10}))?!([\w-]{16})$/;

/** @param query everything that the cursor is good for, and nothing else. */
export function encodeCursor(cursor: Cursor, query: string): string {
  const { edge, boundary } = cursor;
  const text =
    (cursor.direction === 'next' ? 'n' : 'p') +
    edge.identity +
    edge.place +
    (boundary === null ? '' : `!${boundary.identity}${boundary.place}`);
  return Buffer.from(`${text}!${checkOf(text, query)}`, 'latin1').toString('base64url');
}

/** @throws InvalidCursorError unless `encodeCursor` made it, for this very query. */
export function decodeCursor(cursor: string, query: string): Cursor {
  const whole = cursor.length <= 200 ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const [, direction, identity, place, boundaryIdentity, boundaryPlace, check] = CURSOR.exec(whole) ?? [];
  // Several texts decode to the same bytes; only one of them was given out.
  const isOwn = Buffer.from(whole, 'latin1').toString('base64url') === cursor;
  if (!isOwn || identity === undefined || check !== checkOf(whole.slice(0, -17), query)) {
    throw new InvalidCursorError('expected a cursor that a page of this very query gave');
  }
  return {
    direction: direction === 'n' ? 'next' : 'previous',
    edge: { identity, place: Number(place) },
    boundary:
      boundaryIdentity === undefined ? null : { identity: boundaryIdentity, place: Number(boundaryPlace) },
  };
}

/** Against mistakes, not against forgers: all that a forged cursor could give is another page of a public list. */
function checkOf(text: string, query: string): string {
  return createHash('sha256').update(`${text}\n${query}`).digest('base64url').slice(0, 16);
}
