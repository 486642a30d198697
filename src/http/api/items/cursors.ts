import { createHmac } from 'node:crypto';
import { Problem } from '../../problems/problem.ts';

/** Positions in lists as clients carry them from page to page. */
export interface Cursors {
  /** @param scope What the cursor belongs to: the list and its filters. */
  write(position: string, scope: readonly string[]): string;
  /** @throws {Problem} 400 `invalid_cursor`: `write` did not make it for this scope. */
  read(cursor: string, scope: readonly string[]): string;
}

const SUM_LENGTH = 24;

/**
 * Signed, so that no client makes one up: what a database gets is a position that it gave.
 * @param secret The same in every instance, or a page that one began could not go on at another.
 */
export function createCursors(secret: Buffer): Cursors {
  const sumOf = (position: string, scope: readonly string[]): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([scope, position]))
      .digest('hex')
      .slice(0, SUM_LENGTH);
  const write = (position: string, scope: readonly string[]): string =>
    Buffer.from(`${sumOf(position, scope)}${position}`).toString('base64url');
  return {
    write,
    read(cursor, scope) {
      const position = Buffer.from(cursor, 'base64url').toString().slice(SUM_LENGTH);
      if (write(position, scope) === cursor) return position;
      throw new Problem(
        400,
        'invalid_cursor',
        'The cursor is not one of this list with these filters; start without it.',
      );
    },
  };
}
