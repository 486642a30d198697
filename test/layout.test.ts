import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HOUSE_NAMES, HOUSE_PHRASES, type HouseWord } from './support/house-words.ts';

const ROOT = join(import.meta.dirname, '..');

/** Tests of the whole program, of interoperation, of speed and in a browser; they have no one file that they test. */
const WITHOUT_ONE_SOURCE = ['test/behaviour/', 'test/e2e/', 'test/interop/', 'test/bench/'];

const MAX_LINES = 300;
const MAX_MEDIAN_LINES = 90;
/** A file that is generated, or whose loops are written out, may be longer when its first lines say so. */
const SAYS_WHY_IT_IS_LONG = /generated|written out/i;

const startsWithOneOf = (prefixes: readonly string[], file: string): boolean =>
  prefixes.some((prefix) => file.startsWith(prefix));

const filesOf = (...patterns: readonly string[]): readonly string[] =>
  globSync([...patterns], { cwd: ROOT }).toSorted();

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('a test is found by the path of what it tests', () => {
  test('every test/x/y.test.ts has its src/x/y.ts', () => {
    const lost = filesOf('test/*/**/*.test.ts')
      .filter((file) => !startsWithOneOf(WITHOUT_ONE_SOURCE, file))
      .filter((file) => !existsSync(join(ROOT, file.replace(/^test/, 'src').replace(/\.test\.ts$/, '.ts'))));
    expect(lost).toEqual([]);
  });
});

describe('files are small', () => {
  const sizes = filesOf('src/**/*.ts').map((file) => {
    const text = read(file);
    return {
      file,
      lines: text.split('\n').length - 1,
      saysWhy: SAYS_WHY_IT_IS_LONG.test(text.slice(0, 500)),
    };
  });

  test(`none in src/ is over ${MAX_LINES} lines, unless it says why`, () => {
    expect(sizes.filter(({ lines, saysWhy }) => lines > MAX_LINES && !saysWhy)).toEqual([]);
  });

  test(`half of them are under ${MAX_MEDIAN_LINES} lines`, () => {
    const sorted = sizes.map(({ lines }) => lines).toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(MAX_MEDIAN_LINES);
  });
});

describe('what the documents name is there', () => {
  const documents = filesOf('*.md', 'docs/**/*.md').map((file) => [file, read(file)] as const);

  test('every path in a table or a sentence', () => {
    const named = documents.flatMap(([file, text]) =>
      [...text.matchAll(/`((?:src|test|docs|scripts|bin|data)\/[\w./-]+)`/g)]
        .map(([, path = '']) => path)
        .filter((path) => !path.includes('/x/') && !existsSync(join(ROOT, path)))
        .map((path) => `${file}: ${path}`),
    );
    expect(named).toEqual([]);
    const rows = read('CONTRIBUTING.md')
      .split('## Where to find what')[1]
      ?.split('\n## ')[0]
      ?.match(/^\| .*`/gm);
    expect(rows?.length).toBeGreaterThanOrEqual(20);
  });

  test('every link and picture', () => {
    const broken = documents.flatMap(([file, text]) =>
      [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, path = '']) => join(dirname(file), path))
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${file}: ${path}`),
    );
    expect(broken).toEqual([]);
  });
});

describe('words of this house are not used', () => {
  const files = filesOf(
    'src/**/*.ts',
    'test/**/*.{ts,py,go}',
    'scripts/*.ts',
    'views/**/*.ejs',
    'public/**/*.js',
    '*.md',
    'docs/**/*.md',
  ).filter((file) => file !== 'test/support/house-words.ts');

  const uses = (among: readonly string[], words: readonly HouseWord[]): readonly string[] =>
    among.flatMap((file) => {
      const text = `${file}\n${read(file)}`;
      return words.flatMap(({ pattern, instead }) => {
        const [word] = pattern.exec(text) ?? [];
        return word === undefined ? [] : [`${file}: “${word}”: say ${instead}`];
      });
    });

  test.each([
    ['in names', HOUSE_NAMES],
    ['in sentences', HOUSE_PHRASES],
  ])('%s', (_where, words) => {
    expect(uses(files, words)).toEqual([]);
  });

  test('and would be found', () => {
    expect(uses(['test/support/house-words.ts'], [...HOUSE_NAMES, ...HOUSE_PHRASES])).not.toEqual([]);
  });
});
