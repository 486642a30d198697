import { randomFillSync } from 'node:crypto';

/** 144 bits, whose base64 needs no padding. */
const NONCE_BYTES = 18;
const NONCES_A_DRAW = 256;

/** Makes nonces of 144 random bits, as base64. Many are drawn from the system at a time, since a call costs more than the bits. */
export function createNonces(): () => string {
  const drawn = Buffer.alloc(NONCE_BYTES * NONCES_A_DRAW);
  let used = drawn.length;
  return () => {
    if (used === drawn.length) {
      randomFillSync(drawn);
      used = 0;
    }
    return drawn.toString('base64', used, (used += NONCE_BYTES));
  };
}
