import type { FullPlaylist, PlaylistQuery, SortColumn, Track } from '../../../src/playlist/playlist.ts';
import { SORT_COLUMNS } from '../../../src/playlist/playlist.ts';

export interface Family {
  readonly name: string;
  /** Asked once each, in this order. */
  readonly queries: readonly PlaylistQuery[];
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('');
const SORTS: readonly SortColumn[] = SORT_COLUMNS;

/** Pages at every depth of every order: all cursors are collected by paging through, then some are asked for again. */
export function pageFamilies(playlist: FullPlaylist, count: number, random: () => number): readonly Family[] {
  return SORTS.map((sort) => {
    const cursors: string[] = [];
    for (let { next } = playlist.page({ sort, limit: 100 }); next !== null;) {
      cursors.push(next);
      ({ next } = playlist.page({ sort, limit: 100, cursor: next }));
    }
    const queries = Array.from({ length: count }, () => ({ sort, cursor: pick(cursors, random) }));
    return { name: `page by ${sort}`, queries };
  });
}

/** Searches that a careless index answers slowly, beside those that listeners type. */
export function searchFamilies(
  playlist: FullPlaylist,
  tracks: readonly Track[],
  count: number,
  random: () => number,
): readonly Family[] {
  const words = [...new Set(tracks.flatMap((track) => wordsOf(track)))];
  const beginnings = [
    ...new Set(words.flatMap((word) => [2, 3, 4, 5, 6].map((length) => word.slice(0, length)))),
  ];
  const totals = new Map(beginnings.slice(0, 4000).map((q) => [q, playlist.page({ q, limit: 1 }).total]));
  const byTotal = (from: number, to: number): readonly string[] => {
    const found = [...totals].flatMap(([q, total]) => (total >= from && total <= to ? [q] : []));
    return found.length > 0 ? found : beginnings;
  };
  // Just below the bound of what the index calls frequent, and above it.
  const nearlyFrequent = byTotal(700, 1024);
  const frequent = byTotal(1025, Infinity);
  const some = (list: readonly string[], howMany: number): string =>
    Array.from({ length: howMany }, () => pick(list, random)).join(' ');
  const anySort = (): PlaylistQuery => ({ sort: pick(SORTS, random), descending: random() < 0.5 });
  const track = (): Track => pick(tracks, random);

  const makers: Readonly<Record<string, () => PlaylistQuery>> = {
    'one letter': () => ({ q: pick(LETTERS, random) }),
    'one letter, sorted': () => ({ q: pick(LETTERS, random), ...anySort() }),
    'two letters apart': () => ({ q: some(LETTERS, 2) }),
    'four letters apart, sorted': () => ({ q: some(LETTERS, 4), ...anySort() }),
    'every letter': () => ({ q: LETTERS.slice(0, 16).join(' ') }),
    'a frequent beginning': () => ({ q: pick(frequent, random) }),
    'a frequent beginning, sorted': () => ({ q: pick(frequent, random), ...anySort() }),
    'frequent, seldom together': () => ({ q: some(frequent, 3), ...anySort() }),
    'nearly frequent': () => ({ q: pick(nearlyFrequent, random) }),
    'nearly frequent, 16 of them': () => ({ q: some(nearlyFrequent, 16) }),
    'nearly frequent and a letter': () => ({ q: `${pick(nearlyFrequent, random)} ${pick(LETTERS, random)}` }),
    'a rare word': () => ({ q: track().track_name.split(' ').at(-1) ?? '' }),
    'a whole title and artist': () => ({ q: `${track().track_name} ${track().artist}` }),
    'all of one track': () => ({ q: wordsOf(track()).join(' ') }),
    'typed letter by letter': () => ({
      q: track().artist.slice(0, 1 + Math.floor(random() * 12)),
      ...anySort(),
    }),
    'nothing found': () => ({ q: `zz${Math.floor(random() * 1e6)}qq` }),
    '10,000 characters of syntax': () => ({ q: `NEAR("a* OR b) ${pick(LETTERS, random)} `.repeat(600) }),
  };
  const families = Object.entries(makers).map(([name, make]) => ({
    name,
    queries: Array.from({ length: count }, make),
  }));
  return [...families, { name: 'a later page of a search', queries: laterPages(playlist, count, random) }];
}

function laterPages(playlist: FullPlaylist, count: number, random: () => number): readonly PlaylistQuery[] {
  return Array.from({ length: count }, () => {
    const query = { q: pick(LETTERS, random), sort: pick(SORTS, random) };
    let cursor = playlist.page(query).next;
    for (let turns = Math.floor(random() * 5); turns > 0 && cursor !== null; turns--) {
      cursor = playlist.page({ ...query, cursor }).next ?? cursor;
    }
    return cursor === null ? query : { ...query, cursor };
  });
}

function wordsOf(track: Track): readonly string[] {
  return `${track.track_name} ${track.artist} ${track.album_name}`.toLowerCase().split(' ');
}

function pick<Item>(list: readonly Item[], random: () => number): Item {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
