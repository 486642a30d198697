import type { SortColumn } from '../../playlist/playlist.ts';
import { DEFAULT_LIMIT } from './list-query.ts';
import type { Listener } from './listener.ts';

/** The name–value pairs of a persona that came with the address, so that the next page still knows it. */
export function personaPairs({
  persona,
  personaInAddress,
}: Listener): readonly (readonly [string, string])[] {
  if (!personaInAddress) return [];
  return [
    ...(persona.user === undefined ? [] : [['user', persona.user] as const]),
    // Said even when empty: else the cookie's persona would come back on the next page.
    ['groups', persona.groups.join(',')],
    ...(persona.country === undefined ? [] : [['country', persona.country] as const]),
    ...(persona.plan === undefined ? [] : [['plan', persona.plan] as const]),
  ];
}

export interface ListPlace {
  readonly q?: string | undefined;
  readonly sort?: SortColumn | undefined;
  readonly descending?: boolean;
  readonly cursor?: string | undefined;
  readonly limit?: number;
  readonly from?: number;
  readonly deck?: string | undefined;
}

/** `path?…` with what differs from the defaults, always in the same order. */
export function link(path: string, listener: Listener, place: ListPlace = {}, hash = ''): string {
  const pairs = [
    ...personaPairs(listener),
    ...(place.q === undefined ? [] : [['q', place.q] as const]),
    ...(place.sort === undefined ? [] : [['sort', place.sort] as const]),
    ...(place.descending === true ? [['direction', 'desc'] as const] : []),
    ...(place.limit === undefined || place.limit === DEFAULT_LIMIT
      ? []
      : [['limit', String(place.limit)] as const]),
    ...(place.cursor === undefined ? [] : [['cursor', place.cursor] as const]),
    ...(place.from === undefined || place.from === 1 ? [] : [['from', String(place.from)] as const]),
    ...(place.deck === undefined ? [] : [['deck', place.deck] as const]),
  ];
  const query = new URLSearchParams(Object.fromEntries(pairs)).toString();
  return `${path}${query === '' ? '' : `?${query}`}${hash}`;
}

/** Only the playlist page itself, with whatever query: nothing here can lead to another host. */
export const isWayBack = (value: string): boolean => /^\/(\?[\w%&=+.~*()'!;:@,/?-]*)?(#[\w-]*)?$/.test(value);
