import { utf8 } from './utf8.ts';

/** The reflected polynomial of IEEE 802.3, as in zlib. */
const POLYNOMIAL = 0xedb88320;

/** CRC-32 of the text in UTF-8, unsigned, as zlib and Python's `zlib.crc32` give it. Names are short: no table. */
export function crc32(text: string): number {
  let remainder = 0xffffffff;
  for (const byte of utf8(text)) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
    }
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
