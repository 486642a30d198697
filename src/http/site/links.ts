import type { SortColumn } from '../../playlist/playlist.ts';
import { DEFAULT_LIMIT } from './list-query.ts';
import type { Listener } from './listener.ts';

/** The query of a persona that came with the address, for the links of the page. */
export function personaPairs({
  persona,
  personaInAddress,
}: Listener): readonly (readonly [string, string])[] {
  if (!personaInAddress) return [];
  return [
    ...(persona.user === undefined ? [] : [['user', persona.user] as const]),
    // Even when empty, because a page without it would show the cookie's persona.
    ['groups', persona.groups.join(',')],
    ...(persona.country === undefined ? [] : [['country', persona.country] as const]),
    ...(persona.plan === undefined ? [] : [['plan', persona.plan] as const]),
  ];
}

export interface ListAddress {
  readonly q?: string | undefined;
  readonly sort?: SortColumn | undefined;
  readonly descending?: boolean;
  readonly cursor?: string | undefined;
  readonly limit?: number;
  readonly from?: number;
  readonly deck?: string | undefined;
}

/** `path?…` with what differs from the defaults, always in the same order. */
export function link(path: string, listener: Listener, address: ListAddress = {}, hash = ''): string {
  const pairs = [
    ...personaPairs(listener),
    ...(address.q === undefined ? [] : [['q', address.q] as const]),
    ...(address.sort === undefined ? [] : [['sort', address.sort] as const]),
    ...(address.descending === true ? [['direction', 'desc'] as const] : []),
    ...(address.limit === undefined || address.limit === DEFAULT_LIMIT
      ? []
      : [['limit', String(address.limit)] as const]),
    ...(address.cursor === undefined ? [] : [['cursor', address.cursor] as const]),
    ...(address.from === undefined || address.from === 1 ? [] : [['from', String(address.from)] as const]),
    ...(address.deck === undefined ? [] : [['deck', address.deck] as const]),
  ];
  const query = new URLSearchParams(Object.fromEntries(pairs)).toString();
  return `${path}${query === '' ? '' : `?${query}`}${hash}`;
}

/** Whether a redirect to it stays on the playlist page, with whatever query, and so on this host. */
export const isWayBack = (value: string): boolean => /^\/(\?[\w%&=+.~*()'!;:@,/?-]*)?(#[\w-]*)?$/.test(value);
