import type { Track } from '../playlist.ts';
import { fold } from './fold.ts';
import type { Order, Reading } from './order.ts';
import type { RowSet } from './row-set.ts';

/** So many matches, the first of the playlist, are ranked; the rest follow in the playlist's own order. */
export const RANKED = 128;
/** What was added among them since the first page is ranked too, up to here. */
const MAX_RANKED = 2 * RANKED;

export interface BestMatchOrder extends Order {
  /** The last row of which the matches are ranked. */
  readonly boundary: number;
  read(reading: Reading): readonly number[];
}

/**
 * Best matches first. How well a track matches depends on nothing but the track and the words, so that a page's
 * place stays right while others come and go.
 * @param boundary as the first page had it; default: the row of match number `RANKED`.
 */
export function bestMatchOrder(
  matches: RowSet,
  words: readonly string[],
  tracksAt: (rows: readonly number[]) => readonly Track[],
  boundary?: number,
): BestMatchOrder {
  const most = boundary === undefined ? RANKED : MAX_RANKED;
  const candidates: number[] = [];
  let last = boundary ?? matches.size - 1;
  for (let row = matches.next(0); row !== -1 && row <= last; row = matches.next(row + 1)) {
    candidates.push(row);
    if (candidates.length === most) last = row;
  }
  const ranked = tracksAt(candidates).map((track, index) => ({
    row: candidates[index] ?? -1,
    score: scoreOf(track, words),
  }));
  ranked.sort((a, b) => a.score - b.score || a.row - b.row);
  const positions = new Map(ranked.map(({ row }, position) => [row, position]));

  // A ranked row stands at its place among the ranked, all of which are below `last`; any other at its own number.
  const order: Order = {
    size: matches.size,
    rowAt: (position) => ranked[position]?.row ?? position,
    positionOf: (row) => positions.get(row) ?? (row > last ? row : -1),
  };

  function read({ from, backwards, count }: Reading): readonly number[] {
    const rows: number[] = [];
    if (backwards) {
      let row = matches.previous((from ?? matches.size) - 1);
      for (; row > last && rows.length < count; row = matches.previous(row - 1)) rows.push(row);
      let position = Math.min(from ?? ranked.length, ranked.length) - 1;
      for (; position >= 0 && rows.length < count; position--) rows.push(ranked[position]?.row ?? -1);
      return rows;
    }
    let position = (from ?? -1) + 1;
    for (; position < ranked.length && rows.length < count; position++)
      rows.push(ranked[position]?.row ?? -1);
    let row = matches.next(Math.max(last, from ?? -1) + 1);
    for (; row !== -1 && rows.length < count; row = matches.next(row + 1)) rows.push(row);
    return rows;
  }

  return { ...order, boundary: last, read };
}

const WHOLE_NAME = 0;
const NAME_BEGINS = 1;
/** What a word costs by where it is found: the whole word, then its beginning, in name, artist, album. */
const COSTS = [
  [2, 3],
  [4, 6],
  [7, 9],
] as const;
const NOT_FOUND = 12;

/** Lower is better. */
function scoreOf(track: Track, words: readonly string[]): number {
  const typed = words.join(' ');
  const name = wordsOf(track.track_name);
  const joined = name.join(' ');
  if (joined === typed) return WHOLE_NAME;
  if (joined.startsWith(typed)) return NAME_BEGINS;
  const fields = [name, wordsOf(track.artist), wordsOf(track.album_name)];
  let score = 0;
  for (const word of words) {
    let cost = NOT_FOUND;
    for (const [field, [whole, beginning]] of COSTS.entries()) {
      const held = fields[field] ?? [];
      if (held.includes(word)) cost = Math.min(cost, whole);
      else if (held.some((heldWord) => heldWord.startsWith(word))) cost = Math.min(cost, beginning);
    }
    score += cost;
  }
  return score;
}

function wordsOf(text: string): readonly string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}
