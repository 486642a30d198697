/**
 * A set of rows 0 … size − 1, one bit each. Joining two of them costs size ÷ 32 steps whatever is in them, which
 * is what keeps a search for frequent words short: 31,250 steps at a million rows.
 */
export class RowSet {
  readonly size: number;
  /** Row `r` is bit `r & 31` of word `r >>> 5`. */
  readonly words: Uint32Array;

  constructor(size: number, words: Uint32Array = new Uint32Array(wordsFor(size))) {
    this.size = size;
    this.words = words;
  }

  static of(size: number, rows: Iterable<number>): RowSet {
    const set = new RowSet(size);
    for (const row of rows) set.add(row);
    return set;
  }

  /** As `toBytes` made them; which of the two forms it is shows in its length. */
  static fromBytes(size: number, bytes: Uint8Array): RowSet {
    const values = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    return values.length === wordsFor(size) ? new RowSet(size, values) : RowSet.of(size, values);
  }

  /** The bits, or where they are fewer, the rows: four bytes each, in the machine's order. */
  toBytes(): Uint8Array {
    const values = this.count() < this.words.length ? Uint32Array.from(this.rows()) : this.words;
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }

  add(row: number): void {
    const at = row >>> 5;
    this.words[at] = (this.words[at] ?? 0) | (1 << (row & 31));
  }

  has(row: number): boolean {
    return (((this.words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
  }

  /** Keeps what is in `other` too. */
  intersect(other: RowSet): void {
    for (let at = 0; at < this.words.length; at++) {
      this.words[at] = (this.words[at] ?? 0) & (other.words[at] ?? 0);
    }
  }

  count(): number {
    let count = 0;
    for (let at = 0; at < this.words.length; at++) count += onesIn(this.words[at] ?? 0);
    return count;
  }

  /** Ascending, from `from` on. */
  *rows(from = 0): Generator<number> {
    for (let row = this.next(from); row !== -1; row = this.next(row + 1)) yield row;
  }

  /** The first row at or after `from`, or −1. */
  next(from: number): number {
    let at = from >>> 5;
    let word = (this.words[at] ?? 0) & (-1 << (from & 31));
    while (word === 0) {
      if (++at >= this.words.length) return -1;
      word = this.words[at] ?? 0;
    }
    return at * 32 + 31 - Math.clz32(word & -word);
  }

  /** The last row at or before `from`, or −1. */
  previous(from: number): number {
    if (from < 0) return -1;
    let at = from >>> 5;
    let word = (this.words[at] ?? 0) & (-1 >>> (31 - (from & 31)));
    while (word === 0) {
      if (--at < 0) return -1;
      word = this.words[at] ?? 0;
    }
    return at * 32 + 31 - Math.clz32(word);
  }
}

function wordsFor(size: number): number {
  return Math.ceil(size / 32);
}

/** Henry S. Warren, Hacker's Delight, 2nd edition, figure 5–2. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
