import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Sha1Prefix } from '../../../src/evaluation/hash/sha1.ts';
import { fc } from '../../support/seeded-fast-check.ts';

const hexOf = (words: Int32Array): string =>
  Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
const sha1OfNode = (text: string): string => createHash('sha1').update(text).digest('hex');

describe("SHA-1 with a prefix is Node's SHA-1 of prefix and text", () => {
  const LENGTHS = Array.from({ length: 201 }, (_, length) => length);

  test('for texts of every length up to three blocks, in one, two and three bytes per character', () => {
    const empty = new Sha1Prefix('');
    const texts = LENGTHS.flatMap((length) => ['a', 'é', '日'].map((character) => character.repeat(length)));
    expect(texts.map((text) => hexOf(empty.hash(text)))).toEqual(texts.map(sha1OfNode));
  });

  test.each(['user-1', 'ü'.repeat(40), ''])(
    'for prefixes of every length up to three blocks, before %j',
    (text) => {
      const prefixes = LENGTHS.map((length) => 'p'.repeat(length));
      expect(prefixes.map((prefix) => hexOf(new Sha1Prefix(prefix).hash(text)))).toEqual(
        prefixes.map((prefix) => sha1OfNode(prefix + text)),
      );
    },
  );

  test('for any prefix and text', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(texts, texts, (prefix, text) => {
        expect(hexOf(new Sha1Prefix(prefix).hash(text))).toBe(sha1OfNode(prefix.toWellFormed() + text));
      }),
    );
  });

  test('for a lone surrogate, which counts as U+FFFD', () => {
    expect(hexOf(new Sha1Prefix('').hash('\ud800'))).toBe(sha1OfNode('\ud800'));
  });
});
