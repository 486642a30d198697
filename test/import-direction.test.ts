import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What each room may know, besides itself. The picture in ARCHITECTURE.md, as data. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  evaluation: [],
  playlist: [],
  store: ['evaluation'],
  experiment: ['evaluation', 'store'],
  flags: ['evaluation'],
  release: ['evaluation', 'store', 'experiment'],
  notify: ['evaluation', 'store'],
  library: ['evaluation'],
  demo: ['evaluation', 'store', 'flags', 'experiment', 'release', 'playlist'],
  http: ['evaluation', 'store', 'flags', 'experiment', 'release', 'notify', 'playlist', 'demo'],
};

/** The evaluator at the bottom has no window on the world. */
const EVALUATION_MAY_USE = new Set(['re2js']);

const root = join(import.meta.dirname, '..');
const files = globSync('src/**/*.ts', { cwd: root });

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    ([, specifier]) => specifier ?? '',
  );

const roomOf = (file: string): string => file.split(sep)[1] ?? '';

describe('imports point down the house', () => {
  test('there are sources to check', () => {
    expect(files.length).toBeGreaterThan(5);
  });

  test.each(files.filter((file) => file.split(sep).length > 2))('%s', (file) => {
    const room = roomOf(file);
    const allowed = MAY_IMPORT[room];
    expect(allowed, `room ${room} is not in the picture`).toBeDefined();
    const strangers = importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => relative(root, join(root, dirname(file), specifier)))
      .filter((target) => {
        const inner = roomOf(target);
        return target.split(sep).length > 2 ? inner !== room && !allowed?.includes(inner) : true;
      });
    expect(strangers).toEqual([]);
  });

  test.each(files.filter((file) => roomOf(file) === 'evaluation'))('%s is pure', (file) => {
    const outside = importsOf(file).filter(
      (specifier) => !specifier.startsWith('.') && !EVALUATION_MAY_USE.has(specifier),
    );
    expect(outside).toEqual([]);
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(
      /\bDate\.now\(|\bnew Date\(\)|Math\.random\(|\bprocess\./,
    );
  });

  test.each(files.filter((file) => file !== join('src', 'config.ts')))(
    '%s does not read the environment',
    (file) => {
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/process\.env/);
    },
  );
});
