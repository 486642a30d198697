import { compress } from './sha1-compress.ts';
import { utf8 } from './utf8.ts';

const STATE_BYTES = 20;
const BLOCK_BYTES = 64;
/** Where the length stands in the last block. */
const LENGTH_AT = 56;

// One hash is worked out at a time, from start to end, so all of them share the room to do it in.
const state = new DataView(new ArrayBuffer(STATE_BYTES));
const bytes = new Uint8Array(BLOCK_BYTES);
const block = new DataView(bytes.buffer);

/** The initial state (FIPS 180-4, 5.3.1). */
const INITIAL = wordsOf([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);

function wordsOf(words: readonly number[]): DataView {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, index) => {
    view.setUint32(index * 4, word);
  });
  return view;
}

/** Hashes of texts that start alike: the whole blocks that the prefix fills are added once. Text counts in UTF-8. */
export class Sha1Prefix {
  /** The state after the prefix's whole blocks. */
  readonly #start: DataView;
  /** What the prefix leaves over, and zeros. */
  readonly #rest: DataView;
  readonly #length: number;

  constructor(prefix: string) {
    const all = utf8(prefix);
    const whole = all.length - (all.length % BLOCK_BYTES);
    copyWords(INITIAL, state, STATE_BYTES);
    for (let at = 0; at < whole; at += BLOCK_BYTES) {
      compress(state, new DataView(all.buffer, all.byteOffset + at, BLOCK_BYTES));
    }
    this.#start = whole === 0 ? INITIAL : new DataView(state.buffer.slice());
    const rest = new Uint8Array(BLOCK_BYTES);
    rest.set(all.subarray(whole));
    this.#rest = new DataView(rest.buffer);
    this.#length = all.length;
  }

  /** The hash of the prefix and the text together: five big-endian words, good until the next hash of any prefix. */
  hash(text: string): DataView {
    if (!this.#addAscii(text)) {
      this.#add(utf8(text));
    }
    return state;
  }

  /** False, and nothing worth keeping done, when a character is not ASCII. */
  #addAscii(text: string): boolean {
    let at = this.#begin();
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) {
        return false;
      }
      bytes[at] = code;
      at = at === BLOCK_BYTES - 1 ? flush() : at + 1;
    }
    finish(at, this.#length + text.length);
    return true;
  }

  #add(encoded: Uint8Array): void {
    let at = this.#begin();
    for (const byte of encoded) {
      bytes[at] = byte;
      at = at === BLOCK_BYTES - 1 ? flush() : at + 1;
    }
    finish(at, this.#length + encoded.length);
  }

  /** Where in the block the text goes on after the prefix. */
  #begin(): number {
    copyWords(this.#start, state, STATE_BYTES);
    copyWords(this.#rest, block, BLOCK_BYTES);
    return this.#length % BLOCK_BYTES;
  }
}

/** A loop over a few words is faster than the call that copies any number of bytes. */
function copyWords(from: DataView, to: DataView, length: number): void {
  for (let at = 0; at < length; at += 4) {
    to.setInt32(at, from.getInt32(at));
  }
}

/** Adds a full block, and goes on at the start of an empty one. */
function flush(): number {
  compress(state, block);
  bytes.fill(0);
  return 0;
}

/** The padding (FIPS 180-4, 5.1.1): one bit, zeros, and the length in bits. */
function finish(at: number, length: number): void {
  bytes[at] = 0x80;
  if (at >= LENGTH_AT) {
    flush();
  }
  block.setUint32(LENGTH_AT, length / 0x20000000);
  block.setUint32(LENGTH_AT + 4, length << 3);
  compress(state, block);
}

const EMPTY = new Sha1Prefix('');

/** SHA-1 of the text in UTF-8: five big-endian words, good until the next hash. */
export function sha1(text: string): DataView {
  return EMPTY.hash(text);
}
