/** SHA-1 (FIPS 180-4) of up to 55 ASCII characters, one block; the first 60 bits of the digest as a number. */
const words = new Int32Array(80);

export function sha1First60Bits(text: string): number {
  const { length } = text;
  if (length > 55) throw new RangeError(`the floor hashes up to 55 characters, got ${length}`);
  words.fill(0, 0, 16);
  for (let index = 0; index < length; index += 1) {
    words[index >> 2]! |= text.charCodeAt(index) << (24 - (index & 3) * 8);
  }
  words[length >> 2]! |= 0x80 << (24 - (length & 3) * 8);
  words[15] = length * 8;
  for (let index = 16; index < 80; index += 1) {
    const mixed = words[index - 3]! ^ words[index - 8]! ^ words[index - 14]! ^ words[index - 16]!;
    words[index] = (mixed << 1) | (mixed >>> 31);
  }
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  let e = 0xc3d2e1f0 | 0;
  for (let index = 0; index < 20; index += 1) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + 0x5a827999 + words[index]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let index = 20; index < 40; index += 1) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + words[index]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let index = 40; index < 60; index += 1) {
    const next =
      (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + 0x8f1bbcdc + words[index]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let index = 60; index < 80; index += 1) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + words[index]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  const high = (a + 0x67452301) >>> 0;
  const low = (b + (0xefcdab89 | 0)) >>> 0;
  return high * 0x1000_0000 + (low >>> 4);
}
