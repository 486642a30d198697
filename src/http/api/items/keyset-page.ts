import * as z from 'zod';
import type { Cursors } from './cursors.ts';

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
 * One page of a list in rising order of its keys. Every page throws a Problem 400 `invalid_cursor` for a cursor that is not of
 * this list and these filters.
 * @param scope What the cursor belongs to: the list and its filters. A cursor of another scope is refused.
 */
export function keysetPage<Item>(
  cursors: Cursors,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  scope: readonly string[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Page<Item> {
  const after = cursor === undefined ? undefined : cursors.read(cursor, scope);
  const start = after === undefined ? 0 : firstAfter(items, keyOf, after);
  return pageOf(cursors, items.slice(start, start + limit + 1), limit, keyOf, scope);
}

/** @param found one more than the limit, where there is another page */
function pageOf<Item>(
  cursors: Cursors,
  found: readonly Item[],
  limit: number,
  positionOf: (item: Item) => string,
  scope: readonly string[],
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    next: last === undefined || found.length <= limit ? undefined : cursors.write(positionOf(last), scope),
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
  cursors: Cursors,
  scope: readonly string[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  list: (query: { readonly before?: number; readonly limit: number }) => Promise<readonly Entry[]>,
): Promise<Page<Entry>> {
  const found = await list({
    limit: limit + 1,
    ...(cursor === undefined ? {} : { before: Number(cursors.read(cursor, scope)) }),
  });
  return pageOf(cursors, found, limit, ({ id }) => String(id), scope);
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
  cursors: Cursors,
  scope: readonly string[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  list: (
    position: { readonly time: number; readonly id: string } | undefined,
    limit: number,
  ) => Promise<readonly Entry[]>,
  timeOf: (entry: Entry) => number,
): Promise<Page<Entry>> {
  const [time, id = ''] = cursor === undefined ? [] : cursors.read(cursor, scope).split(' ');
  const found = await list(time === undefined ? undefined : { time: Number(time), id }, limit + 1);
  return pageOf(cursors, found, limit, (entry) => `${timeOf(entry)} ${entry.id}`, scope);
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

/** The `Link` header to the next page: this address with another cursor. */
export function linkToNext(url: string, next: string | undefined): { readonly [name: string]: string } {
  if (next === undefined) return {};
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', next);
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}
