import type Database from 'better-sqlite3';
import { RowSet } from './row-set.ts';

/** Beginnings of words that more rows hold than this are kept apart. */
export const FREQUENT = 1024;

/**
 * Writes the rows of every frequent beginning of a word as a set.
 *
 * FTS5 answers "these beginnings, all of them" by walking along the rows of each. That is short where one of them is
 * rare, and as long as the list where all are frequent and seldom meet. Sets meet in a fixed time, so a search asks
 * FTS5 for the rare beginnings only, each of which has at most `FREQUENT` rows, and these sets for the others. A
 * list of up to `FREQUENT` tracks has none.
 */
export function writeFrequentBeginnings(db: Database.Database, size: number): void {
  if (size <= FREQUENT) return;
  db.exec('CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, search, instance)');
  const write = db.prepare<[string, Uint8Array]>('INSERT INTO frequent VALUES (?, ?)');
  // Words come in order, so a beginning is complete as soon as a word comes that begins otherwise.
  const open: number[][] = [];
  let current: readonly string[] = [];

  const complete = (from: number): void => {
    for (let length = from; length < current.length; length++) {
      const rows = open[length] ?? [];
      if (rows.length > FREQUENT) {
        const set = RowSet.of(size, rows);
        if (set.count() > FREQUENT) write.run(current.slice(0, length + 1).join(''), set.toBytes());
      }
      open[length] = [];
    }
  };

  // Sorted by their bytes, which for UTF-8 is by their code points.
  const instances = db.prepare<[], readonly [string, number]>('SELECT term, doc FROM temp.word').raw();
  let word = '';
  // One table is written while another is read, which SQLite allows and better-sqlite3 forbids for fear of loops.
  db.unsafeMode(true);
  for (const [term, row] of instances.iterate()) {
    if (term !== word) {
      word = term;
      const letters = Array.from(term);
      let same = 0;
      while (same < letters.length && letters[same] === current[same]) same++;
      complete(same);
      current = letters;
    }
    for (let length = 0; length < current.length; length++) (open[length] ??= []).push(row);
  }
  complete(0);
  db.unsafeMode(false);
  db.exec('DROP TABLE temp.word');
}
