import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const VECTORS = join('test', 'experiment', 'statistics', 'vectors', 'experiment-statistics.json');

const run = (...files: readonly string[]): { code: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/commands/vectors.ts', ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
};

describe('npm run vectors', () => {
  test('prints agreed / all by function and ends well when all agree', () => {
    const { code, out, err } = run(VECTORS);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^relativeLift +38 \/ 38$/m);
    expect(out).toMatch(/^all +330 \/ 330$/m);
  });

  test('ends with 1 and says which case disagrees', () => {
    const file = join(temporaryFolder(), 'wrong.json');
    const wrong = { name: 'wrong one', input: { pValues: [0.5] }, expect: { holm: [0.4] } };
    writeFileSync(
      file,
      JSON.stringify({ vectors: { multipleComparisons: [wrong], noSuchFunction: [wrong] } }),
    );
    const { code, out } = run(file);
    expect(code).toBe(1);
    expect(out).toMatch(/^multipleComparisons +0 \/ 1\n {4}wrong one: holm\[0\]: expected 0.4, got 0.5$/m);
    expect(out).toMatch(/^ {4}noSuchFunction: unknown function; /m);
  });

  test.each([
    ['no file', [], 'Usage: npm run vectors -- FILE'],
    ['a file that is not there', ['no-such-file.json'], 'vectors: no-such-file.json cannot be read: ENOENT'],
    ['a file that is not JSON', ['README.md'], 'vectors: README.md: expected JSON: '],
  ])('ends with 2 for %s', (_, files, message) => {
    const { code, err } = run(...files);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
