import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha1CompressSource } from '../../../scripts/generate-sha1-compress.ts';

test('is what its generator writes', () => {
  const file = join(import.meta.dirname, '../../../src/evaluation/hash/sha1-compress.ts');
  expect(readFileSync(file, 'utf8')).toBe(sha1CompressSource());
});
