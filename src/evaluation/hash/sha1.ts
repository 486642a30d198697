import { compress } from './sha1-compress.ts';
import { utf8 } from './utf8.ts';

const STATE_WORDS = 5;
const BLOCK_WORDS = 16;
const BLOCK_BYTES = 64;
/** Where the length stands in the last block. */
const LENGTH_AT = 14;

const HIGHEST_ASCII = 0x7f;
const HIGHEST_BYTE = 0xff;

// One hash is worked out at a time, from start to end, so all of them share the room to do it in.
const state = new Int32Array(STATE_WORDS);
const block = new Int32Array(BLOCK_WORDS);

/** The initial state (FIPS 180-4, 5.3.1). */
const INITIAL: readonly number[] = [
  ...Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0),
];

/** Hashes of texts that start alike: the whole blocks that the prefix fills are added once. Text counts in UTF-8. */
export class Sha1Prefix {
  // Plain arrays: views on buffers take several times the room, and a thousand prefixes no longer fit where it is fast.
  /** The state after the prefix's whole blocks. */
  readonly #start: readonly number[];
  /** The whole words that the prefix leaves over. */
  readonly #words: readonly number[];
  /** The bytes after them, up to three, as one number. */
  readonly #rest: number;
  readonly #length: number;

  constructor(prefix: string) {
    const bytes = utf8(prefix);
    const whole = bytes.length - (bytes.length % BLOCK_BYTES);
    state.set(INITIAL);
    for (let at = 0; at < whole; at += BLOCK_BYTES) {
      block.set(wordsOf(bytes.subarray(at, at + BLOCK_BYTES)));
      compress(state, block);
    }
    this.#start = whole === 0 ? INITIAL : [...state];
    this.#words = wordsOf(bytes.subarray(whole));
    this.#rest = bytes.subarray(bytes.length & ~3).reduce((word, byte) => (word << 8) | byte, 0);
    this.#length = bytes.length;
  }

  /** The hash of the prefix and the text together: five words, good until the next hash of any prefix. */
  hash(text: string): Int32Array {
    // Nearly every text is ASCII, where a character is a byte: others are found out on the way, and start again.
    if (!this.#add(text, HIGHEST_ASCII)) {
      this.#add(bytesAsText(text), HIGHEST_BYTE);
    }
    return state;
  }

  /** False, and nothing worth keeping done, when a character is beyond the highest that is one byte. */
  #add(text: string, highest: number): boolean {
    copy(this.#start, state);
    copy(this.#words, block);
    let at = this.#words.length;
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
}

/** Big-endian words, as far as the bytes fill them. */
function wordsOf(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, index) => view.getInt32(index * 4));
}

function bytesAsText(text: string): string {
  return Array.from(utf8(text), (byte) => String.fromCharCode(byte)).join('');
}

/** A loop over a few words is faster than the call that copies any number of them. */
function copy(from: readonly number[], to: Int32Array): void {
  for (let at = 0; at < from.length; at += 1) {
    to[at] = from[at]!;
  }
}

/** Adds a full block, and goes on at the start of the next. */
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

const EMPTY = new Sha1Prefix('');

/** SHA-1 of the text in UTF-8: five words, good until the next hash. */
export function sha1(text: string): Int32Array {
  return EMPTY.hash(text);
}
