import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { fc } from '../support/seeded-fast-check.ts';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/evaluation/hash/crc32.ts';
import { sha1, Sha1Prefix } from '../../src/evaluation/hash/sha1.ts';
import { sha256 } from '../../src/evaluation/hash/sha256.ts';

const hexOf = (words: Int32Array): string =>
  Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
const nodeHash = (name: string, text: string): string => createHash(name).update(text).digest('hex');

describe('hashes are those of Node', () => {
  test('SHA-1 of every length up to three blocks, in one, two and three bytes a character', () => {
    for (let length = 0; length <= 200; length += 1) {
      for (const character of ['a', 'é', '日']) {
        const text = character.repeat(length);
        expect(hexOf(sha1(text))).toBe(nodeHash('sha1', text));
      }
    }
  });

  test('SHA-1 with a prefix of every length up to three blocks', () => {
    for (let length = 0; length <= 200; length += 1) {
      const prefix = 'p'.repeat(length);
      const hashes = new Sha1Prefix(prefix);
      expect(hexOf(hashes.hash('user-1'))).toBe(nodeHash('sha1', `${prefix}user-1`));
      expect(hexOf(hashes.hash('ü'.repeat(40)))).toBe(nodeHash('sha1', prefix + 'ü'.repeat(40)));
      expect(hexOf(hashes.hash(''))).toBe(nodeHash('sha1', prefix));
    }
  });

  test('SHA-256 of every length up to three blocks', () => {
    for (let length = 0; length <= 200; length += 1) {
      const words = sha256('x'.repeat(length)).map((word) => word.toString(16).padStart(8, '0'));
      expect(words.join('')).toBe(nodeHash('sha256', 'x'.repeat(length)));
    }
  });

  test('any text at all, lone surrogates too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(hexOf(sha1(text))).toBe(nodeHash('sha1', text));
        expect(sha256(text)[0]).toBe(createHash('sha256').update(text).digest().readUInt32BE());
        expect(crc32(text)).toBe(zlibCrc32(text));
      }),
    );
    expect(hexOf(sha1('\ud800'))).toBe(nodeHash('sha1', '\ud800'));
  });
});
