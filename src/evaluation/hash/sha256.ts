import { utf8 } from './utf8.ts';

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const ROUND_CONSTANTS = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
];
/** The initial state (FIPS 180-4, 5.3.3). */
const INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;

const BLOCK_BYTES = 64;

type State = readonly [number, number, number, number, number, number, number, number];

/** The eight words of SHA-256 (FIPS 180-4) of the text in UTF-8, unsigned. */
export function sha256(text: string): readonly number[] {
  const message = padded(utf8(text));
  let state: State = INITIAL;
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) {
    state = withBlock(state, new DataView(message.buffer, at, BLOCK_BYTES));
  }
  return state;
}

/** The message with its padding (FIPS 180-4, 5.1.1): one bit, zeros, and the length in bits. */
function padded(bytes: Uint8Array): DataView {
  const blocks = Math.floor((bytes.length + 8) / BLOCK_BYTES) + 1;
  const message = new Uint8Array(blocks * BLOCK_BYTES);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setUint32(message.length - 8, bytes.length / 0x20000000);
  view.setUint32(message.length - 4, bytes.length << 3);
  return view;
}

function withBlock(state: State, block: DataView): State {
  const schedule = expanded(block);
  let [a, b, c, d, e, f, g, h] = state;
  for (const [t, constant] of ROUND_CONSTANTS.entries()) {
    const sum1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + constant + schedule.getInt32(t * 4)) | 0;
    const sum0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  const [s0, s1, s2, s3, s4, s5, s6, s7] = state;
  return [sum(s0, a), sum(s1, b), sum(s2, c), sum(s3, d), sum(s4, e), sum(s5, f), sum(s6, g), sum(s7, h)];
}

/** The message schedule (FIPS 180-4, 6.2.2), 64 words. */
function expanded(block: DataView): DataView {
  const schedule = new DataView(new ArrayBuffer(ROUND_CONSTANTS.length * 4));
  for (let at = 0; at < BLOCK_BYTES; at += 4) {
    schedule.setInt32(at, block.getInt32(at));
  }
  for (let at = BLOCK_BYTES; at < schedule.byteLength; at += 4) {
    const near = schedule.getInt32(at - 8);
    const far = schedule.getInt32(at - 60);
    const sigma1 = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
    const sigma0 = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
    schedule.setInt32(at, sigma1 + schedule.getInt32(at - 28) + sigma0 + schedule.getInt32(at - 64));
  }
  return schedule;
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function sum(left: number, right: number): number {
  return (left + right) >>> 0;
}
