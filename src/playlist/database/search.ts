import type Database from 'better-sqlite3';
import { RowSet } from './row-set.ts';
import { createWordSplitter } from './word-splitter.ts';

export interface Search {
  /** Words as the index has them, in the order typed. */
  wordsOf(typed: string): readonly string[];
  /** The rows in which each of the words begins a word; none for no words. */
  matching(words: readonly string[]): RowSet;
  /** Whether any row has a word that begins so. */
  finds(word: string): boolean;
  close(): void;
}

/** Over a database that `buildDatabase` made; `size` is the number of its rows. */
export function createSearch(db: Database.Database, size: number): Search {
  const splitter = createWordSplitter();
  const isFrequent = db.prepare<[string], 1>('SELECT 1 FROM frequent WHERE beginning = ?').pluck();
  const rowsOfFrequent = db
    .prepare<[string], Buffer>('SELECT rows FROM frequent WHERE beginning = ?')
    .pluck();
  const rowsOfRare = db.prepare<[string], number>('SELECT rowid FROM search WHERE search MATCH ?').pluck();

  // A MATCH for a beginning reads the rows of every word that begins so; the index itself knows at once which word follows.
  db.exec('CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, search, instance)');
  const nextWord = db
    .prepare<[string], string>('SELECT term FROM temp.indexed WHERE term >= ? LIMIT 1')
    .pluck();

  function matching(words: readonly string[]): RowSet {
    // "lo" says nothing that "love" does not.
    const needed = words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
    const rare = needed.filter((word) => isFrequent.get(word) === undefined);
    let rows: RowSet | null = null;
    if (rare.length > 0 || needed.length === 0) {
      rows = RowSet.of(size, rare.length === 0 ? [] : rowsOfRare.all(rare.map(beginsWith).join(' AND ')));
    }
    for (const word of needed) {
      if (rare.includes(word)) continue;
      if (rows?.next(0) === -1) break;
      const bytes = rowsOfFrequent.get(word);
      if (bytes === undefined) throw new Error(`the rows of "${word}" are missing`);
      const frequent = RowSet.fromBytes(size, bytes);
      if (rows === null) rows = frequent;
      else rows.intersect(frequent);
    }
    return rows ?? new RowSet(size);
  }

  return {
    wordsOf: (typed) => splitter.wordsOf(typed),
    matching,
    finds: (word) => nextWord.get(word)?.startsWith(word) === true,
    close: () => splitter.close(),
  };
}

/** FTS5: a string in quotes, with quotes doubled, is never an operator. */
function beginsWith(word: string): string {
  return `"${word.replaceAll('"', '""')}" *`;
}
