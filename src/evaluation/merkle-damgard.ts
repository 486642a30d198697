import { utf8 } from './utf8.ts';

/** The text in UTF-8, padded for a hash with blocks of 64 bytes (FIPS 180-4, 5.1.1), as big-endian words. */
export function paddedWords(text: string): Int32Array {
  const bytes = utf8(text);
  const words = new Int32Array(((bytes.length + 8) >>> 6) * 16 + 16);
  for (let index = 0; index < bytes.length; index += 1) {
    words[index >>> 2] = (words[index >>> 2] ?? 0) | ((bytes[index] ?? 0) << (24 - (index & 3) * 8));
  }
  words[bytes.length >>> 2] = (words[bytes.length >>> 2] ?? 0) | (0x80 << (24 - (bytes.length & 3) * 8));
  words[words.length - 2] = Math.floor(bytes.length / 0x20000000);
  words[words.length - 1] = bytes.length << 3;
  return words;
}
