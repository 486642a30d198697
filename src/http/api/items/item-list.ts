import * as z from 'zod';
import type { ItemRecord } from '../../../store/store.ts';

export const searchQuery = {
  q: z
    .string()
    .max(256)
    .exactOptional()
    .describe('Part of the name, the description or a tag; case does not matter.'),
  tag: z.string().max(64).exactOptional().describe('Only what carries this tag.'),
};

/** Sorted by code units, as the cursors compare. */
export function itemsByKey<Item extends ItemRecord>(items: ReadonlyMap<string, Item>): readonly Item[] {
  return [...items.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Empty texts ask for nothing. */
export function itemMatches(q: string, tag: string): (record: ItemRecord) => boolean {
  const sought = q.toLowerCase();
  return ({ key, description, tags }) =>
    (tag === '' || tags.includes(tag)) &&
    (sought === '' || [key, description ?? '', ...tags].some((text) => text.toLowerCase().includes(sought)));
}
