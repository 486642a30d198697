import { compress } from './sha1-compress.ts';

const STATE_WORDS = 5;
const BLOCK_WORDS = 16;
const BLOCK_BYTES = 64;
/** The index of the length in the last block. */
const LENGTH_AT = 14;

const HIGHEST_ASCII = 0x7f;
const HIGHEST_BYTE = 0xff;

const encoder = new TextEncoder();

// One hash is computed at a time, from start to end, so all of them share one state and one block.
const state = new Int32Array(STATE_WORDS);
const block = new Int32Array(BLOCK_WORDS);

/** The initial state (FIPS 180-4, 5.3.1). */
const INITIAL: readonly number[] = [
  ...Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0),
];

/**
 * SHA-1 (FIPS 180-4) of texts that start alike. Node's own SHA-1 takes several times as long for so short a text, and
 * an evaluation of a rollout is little else (`npm run bench:evaluation`, row "rollout").
 *
 * The prefix is hashed once: its whole blocks are in `#start`, and the words of its last, unfinished block are fields of
 * this object. With thousands of flags an evaluation mostly waits for memory, and fields are fetched at once where an
 * array would be two objects more.
 */
export class Sha1Prefix {
  readonly #start: readonly number[];
  readonly #w0: number;
  readonly #w1: number;
  readonly #w2: number;
  readonly #w3: number;
  readonly #w4: number;
  readonly #w5: number;
  readonly #w6: number;
  readonly #w7: number;
  readonly #w8: number;
  readonly #w9: number;
  readonly #w10: number;
  readonly #w11: number;
  readonly #w12: number;
  readonly #w13: number;
  readonly #w14: number;
  /** The bytes after the whole words, up to three, as one number. */
  readonly #rest: number;
  /** Bytes in the whole prefix. */
  readonly #length: number;

  /** @param prefix hashed in UTF-8; a lone surrogate counts as U+FFFD, as in Node */
  constructor(prefix: string) {
    const bytes = encoder.encode(prefix);
    const whole = bytes.length - (bytes.length % BLOCK_BYTES);
    state.set(INITIAL);
    for (let at = 0; at < whole; at += BLOCK_BYTES) {
      block.set(wordsOf(bytes.subarray(at, at + BLOCK_BYTES)));
      compress(state, block);
    }
    this.#start = whole === 0 ? INITIAL : [...state];
    const words = wordsOf(bytes.subarray(whole));
    const word = (index: number): number => words[index] ?? 0;
    this.#w0 = word(0);
    this.#w1 = word(1);
    this.#w2 = word(2);
    this.#w3 = word(3);
    this.#w4 = word(4);
    this.#w5 = word(5);
    this.#w6 = word(6);
    this.#w7 = word(7);
    this.#w8 = word(8);
    this.#w9 = word(9);
    this.#w10 = word(10);
    this.#w11 = word(11);
    this.#w12 = word(12);
    this.#w13 = word(13);
    this.#w14 = word(14);
    this.#rest = bytes.subarray(bytes.length & ~3).reduce((sum, byte) => (sum << 8) | byte, 0);
    this.#length = bytes.length;
  }

  /** The hash of the prefix and the text together: five words, valid until the next hash of any prefix. */
  hash(text: string): Int32Array {
    // Nearly every text is ASCII, where a character is a byte. Another one is noticed on the way, and starts again.
    if (!this.#add(text, HIGHEST_ASCII)) {
      this.#add(bytesAsText(text), HIGHEST_BYTE);
    }
    return state;
  }

  /** Returns false, with an unusable state, when a character is above `highest`. */
  #add(text: string, highest: number): boolean {
    this.#loadPrefix();
    let at = (this.#length % BLOCK_BYTES) >> 2;
    let word = this.#rest;
    let length = this.#length;
    for (let index = 0; index < text.length; index += 1) {
      const byte = text.charCodeAt(index);
      if (byte > highest) {
        return false;
      }
      word = (word << 8) | byte;
      length += 1;
      if (length % 4 === 0) {
        block[at] = word;
        word = 0;
        at = at === BLOCK_WORDS - 1 ? flush() : at + 1;
      }
    }
    finish(at, word, length);
    return true;
  }

  #loadPrefix(): void {
    const start = this.#start;
    for (let at = 0; at < STATE_WORDS; at += 1) {
      state[at] = start[at]!;
    }
    block[0] = this.#w0;
    block[1] = this.#w1;
    block[2] = this.#w2;
    block[3] = this.#w3;
    block[4] = this.#w4;
    block[5] = this.#w5;
    block[6] = this.#w6;
    block[7] = this.#w7;
    block[8] = this.#w8;
    block[9] = this.#w9;
    block[10] = this.#w10;
    block[11] = this.#w11;
    block[12] = this.#w12;
    block[13] = this.#w13;
    block[14] = this.#w14;
  }
}

/** Big-endian words, as far as the bytes fill them. */
function wordsOf(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, index) => view.getInt32(index * 4));
}

function bytesAsText(text: string): string {
  return Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Adds a full block; the next one starts at index 0. */
function flush(): number {
  compress(state, block);
  return 0;
}

/** The padding (FIPS 180-4, 5.1.1): one bit, zeros, and the length in bits. */
function finish(from: number, word: number, length: number): void {
  let at = from;
  block[at] = ((word << 8) | 0x80) << (8 * (3 - (length % 4)));
  at += 1;
  if (at > LENGTH_AT) {
    block.fill(0, at);
    at = flush();
  }
  for (; at < LENGTH_AT; at += 1) {
    block[at] = 0;
  }
  block[LENGTH_AT] = length / 0x20000000;
  block[LENGTH_AT + 1] = length << 3;
  compress(state, block);
}
