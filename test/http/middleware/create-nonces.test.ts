import { expect, test } from 'vitest';
import { createNonces } from '../../../src/http/middleware/create-nonces.ts';

test('nonces are 144 bits of base64, and none comes twice, also when the first draw is used up', () => {
  const newNonce = createNonces();
  const nonces = Array.from({ length: 1_000 }, newNonce);
  expect(nonces.every((nonce) => /^[\w+/]{24}$/.test(nonce))).toBe(true);
  expect(new Set(nonces).size).toBe(nonces.length);
});
