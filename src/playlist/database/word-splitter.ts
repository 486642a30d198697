import Database from 'better-sqlite3';

/** Shared by the index and by what is typed: both must be cut into the same words. */
export const TOKENIZER = `tokenize = "unicode61 remove_diacritics 2"`;

/** UTF-16 units of what is typed; no field is longer. */
const MAX_TYPED_LENGTH = 2000;
/** Of what is typed, the first so many different words count. */
const MAX_WORDS = 16;

export interface WordSplitter {
  /** Words as the index has them, in the order typed, each once. */
  wordsOf(typed: string): readonly string[];
  close(): void;
}

/**
 * Cuts what is typed into words with FTS5's own tokenizer, by indexing it and reading the index. So nothing that is
 * typed is ever read as FTS5's query language, and no second notion of a word can drift away from the first.
 */
export function createWordSplitter(): WordSplitter {
  const db = new Database(':memory:');
  db.exec(`
    CREATE VIRTUAL TABLE typed USING fts5(text, content = '', ${TOKENIZER});
    CREATE VIRTUAL TABLE word USING fts5vocab(typed, instance);
  `);
  const index = db.prepare<[string]>('INSERT INTO typed (rowid, text) VALUES (1, ?)');
  const read = db.prepare<[], string>('SELECT term FROM word ORDER BY "offset"').pluck();
  const empty = db.prepare(`INSERT INTO typed (typed) VALUES ('delete-all')`);
  const split = db.transaction((typed: string) => {
    index.run(typed);
    const words = read.all();
    empty.run();
    return words;
  });
  return {
    wordsOf: (typed) => [...new Set(split(typed.slice(0, MAX_TYPED_LENGTH)))].slice(0, MAX_WORDS),
    close: () => db.close(),
  };
}
