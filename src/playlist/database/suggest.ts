import type Database from 'better-sqlite3';
import { distance } from 'fastest-levenshtein';
import type { Search } from './search.ts';

/** The most frequent words are kept: enough to correct, and few enough to look through. */
const MAX_WORDS = 50_000;
/** Shorter words are near to too many others. */
const MIN_LENGTH = 4;

/** Writes the words that a suggestion may be made of. The index must be complete. */
export function writeWords(db: Database.Database): void {
  db.exec('CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search, row)');
  db.prepare(
    'INSERT INTO word SELECT term, doc FROM temp.vocabulary WHERE length(term) >= ? ORDER BY doc DESC, term LIMIT ?',
  ).run(MIN_LENGTH, MAX_WORDS);
  db.exec('DROP TABLE temp.vocabulary');
}

/** For words that find nothing: the nearest words that find something, or undefined. */
export type Suggest = (words: readonly string[]) => string | undefined;

export function createSuggest(db: Database.Database, search: Pick<Search, 'matching' | 'finds'>): Suggest {
  const wordsFrom = db.prepare<[string, string, number, number], { word: string; uses: number }>(
    'SELECT word, uses FROM word WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?',
  );

  /** Begins with the same letter, since hardly anybody mistypes the first one, and differs in two letters at most. */
  function nearest(typed: string): string | undefined {
    const first = String.fromCodePoint(typed.codePointAt(0) ?? 0);
    const allowed = typed.length <= MIN_LENGTH ? 1 : 2;
    const candidates = wordsFrom
      .all(first, `${first}\u{10FFFF}`, typed.length - allowed, typed.length + allowed)
      .map(({ word, uses }) => ({ word, uses, differences: distance(typed, word) }))
      .filter(({ differences }) => differences <= allowed);
    candidates.sort((a, b) => a.differences - b.differences || b.uses - a.uses);
    return candidates[0]?.word;
  }

  return (words) => {
    const wrong = words.filter((word) => !search.finds(word));
    // Each of the words is somewhere, only not together.
    if (wrong.length === 0) return undefined;
    const corrected = words.map((word) => (wrong.includes(word) ? nearest(word) : word));
    const known = corrected.filter((word) => word !== undefined);
    const isFound = known.length === words.length && search.matching(known).next(0) !== -1;
    return isFound ? known.join(' ') : undefined;
  };
}
