import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Problem } from '../../problems/problem.ts';

/** The default is the most, so that a client that knows nothing of pages sees all that a page may hold. */
const MAX_PAGE = 1_000;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE).describe('Items on a page.'),
  cursor: z.string().max(1_024).exactOptional().describe('From the `Link` header of the page before.'),
};

export const LINK_HEADER = {
  Link: 'The next page as `<…>; rel="next"`; absent on the last one.',
};

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The place after the last item; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * One page of a list in rising order of its keys.
 * @param scope What the cursor belongs to: the list and its filters. A cursor of another scope is refused.
 */
export function keysetPage<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  scope: readonly string[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Page<Item> {
  const after = cursor === undefined ? undefined : readCursor(cursor, scope);
  const start = after === undefined ? 0 : firstAfter(items, keyOf, after);
  return pageOf(items.slice(start, start + limit + 1), limit, keyOf, scope);
}

/** @param found one more than the limit, where there is another page */
function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  positionOf: (item: Item) => string,
  scope: readonly string[],
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    next: last === undefined || found.length <= limit ? undefined : writeCursor(positionOf(last), scope),
  };
}

/** For logs, whose entries have rising ids: the latest come first. */
export const logPageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('Entries on a page.'),
  cursor: pageQuery.cursor,
};

/**
 * One page of a log, newest first.
 * @param list The newest entries with an id below `before`, `limit` of them.
 */
export async function logPage<Entry extends { readonly id: number }>(
  scope: readonly string[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  list: (query: { readonly before?: number; readonly limit: number }) => Promise<readonly Entry[]>,
): Promise<Page<Entry>> {
  const found = await list({
    limit: limit + 1,
    ...(cursor === undefined ? {} : { before: readIntegerCursor(cursor, scope) }),
  });
  return pageOf(found, limit, ({ id }) => String(id), scope);
}

/** For lists in the order of a time, and of ids where the times are equal. */
export const timePageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: pageQuery.cursor,
};

/**
 * One page of a list in the order of a time.
 * @param list The entries past a position (undefined: from the beginning), `limit` of them.
 */
export async function timePage<Entry extends { readonly id: string }>(
  scope: readonly string[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  list: (
    position: { readonly time: number; readonly id: string } | undefined,
    limit: number,
  ) => Promise<readonly Entry[]>,
  timeOf: (entry: Entry) => number,
): Promise<Page<Entry>> {
  const found = await list(cursor === undefined ? undefined : readTimeCursor(cursor, scope), limit + 1);
  return pageOf(found, limit, (entry) => `${timeOf(entry)} ${entry.id}`, scope);
}

/** Compared by code units, as the lists are sorted; half the list at a time. */
function firstAfter<Item>(items: readonly Item[], keyOf: (item: Item) => string, after: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && keyOf(item) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A cursor carries a sum over what it belongs to: it detects a mistake, and protects no secret. */
function writeCursor(after: string, scope: readonly string[]): string {
  return Buffer.from(`${sumOf(after, scope)}${after}`).toString('base64url');
}

/** @throws Problem 400 `invalid_cursor` */
function readCursor(cursor: string, scope: readonly string[]): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const after = text.slice(SUM_LENGTH);
  // PostgreSQL takes no NUL, and no key has a control character.
  const isMadeUp = /\p{Cc}/u.test(after) || writeCursor(after, scope) !== cursor;
  if (isMadeUp || text.slice(0, SUM_LENGTH) !== sumOf(after, scope)) {
    throw invalidCursor();
  }
  return after;
}

/** For a cursor made up by a client: databases differ in what they do with a number that is none. @throws Problem 400 */
function readIntegerCursor(cursor: string, scope: readonly string[]): number {
  const position = Number(readCursor(cursor, scope));
  if (Number.isSafeInteger(position)) return position;
  throw invalidCursor();
}

/** The parts of a cursor of time and id. @throws Problem 400 `invalid_cursor` */
function readTimeCursor(
  cursor: string,
  scope: readonly string[],
): { readonly time: number; readonly id: string } {
  const [time = '', id = ''] = readCursor(cursor, scope).split(' ');
  if (!Number.isSafeInteger(Number(time))) throw invalidCursor();
  return { time: Number(time), id };
}

const invalidCursor = (): Problem =>
  new Problem(
    400,
    'invalid_cursor',
    'The cursor is not one of this list with these filters; start without it.',
  );

const SUM_LENGTH = 12;

function sumOf(after: string, scope: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([scope, after]))
    .digest('hex')
    .slice(0, SUM_LENGTH);
}

/** The `Link` header to the next page: this address with another cursor. */
export function linkToNext(url: string, next: string | undefined): { readonly [name: string]: string } {
  if (next === undefined) return {};
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', next);
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}
