import { DEFAULT_LIMIT, type ListQuery } from './list-query.ts';
import type { Listener } from './listener.ts';

/** The query of a persona that came with the address, for the links of the page. */
export function personaPairs({ persona, personaInAddress }: Listener): [name: string, value: string][] {
  if (!personaInAddress) return [];
  const { user, groups, country, plan } = persona;
  // The groups even when there are none, because a page without them would show the cookie's persona.
  return Object.entries({ user, groups: groups.join(','), country, plan }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
}

/** `path?…` with what differs from the defaults, always in the same order. */
export function link(path: string, listener: Listener, address: Partial<ListQuery> = {}, hash = ''): string {
  const { q, sort, descending, limit = DEFAULT_LIMIT, cursor, from = 1, deck } = address;
  const query = new URLSearchParams(personaPairs(listener));
  if (q !== undefined) query.set('q', q);
  if (sort !== undefined) query.set('sort', sort);
  if (descending === true) query.set('direction', 'desc');
  if (limit !== DEFAULT_LIMIT) query.set('limit', String(limit));
  if (cursor !== undefined) query.set('cursor', cursor);
  if (from !== 1) query.set('from', String(from));
  if (deck !== undefined) query.set('deck', deck);
  return `${path}${query.size === 0 ? '' : `?${query.toString()}`}${hash}`;
}

/** Whether a redirect to it stays on the playlist page, with whatever query, and so on this host. */
export const isWayBack = (value: string): boolean => /^\/(\?[\w%&=+.~*()'!;:@,/?-]*)?(#[\w-]*)?$/.test(value);
