import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The floors below the doors: what each may know, besides itself. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  evaluation: [],
  playlist: [],
  store: ['evaluation'],
  experiment: ['evaluation', 'store'],
  flags: ['evaluation'],
  release: ['evaluation', 'store', 'experiment'],
  notify: ['evaluation', 'store'],
};
const floors = Object.keys(FLOORS);

/** The doors, and the halls that they share. No door is in another's list. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  // A problem's code is one of those that the guard explains.
  http: ['http/guard'],
  'http/guard': [...floors, 'http'],
  'http/stream': ['http'],
  'http/page': [],
  'http/program': [...floors, 'http', 'http/guard', 'http/stream'],
  'http/site': [...floors, 'http', 'http/guard', 'http/stream', 'http/page'],
  'http/dashboard': [...floors, 'http', 'http/guard', 'http/stream', 'http/page'],
  'http/api': [...floors, 'http', 'http/guard'],
  'http/sdk': [...floors, 'http', 'http/guard', 'http/stream', 'http/program'],
  'http/ofrep': [...floors, 'http', 'http/guard', 'http/stream', 'http/program'],
};

/** What each room may know, besides itself. The picture in ARCHITECTURE.md, as data. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...FLOORS,
  ...DOORS,
  library: ['evaluation'],
  // The process joins all rooms, and no room knows it.
  process: [...floors, ...Object.keys(DOORS)],
};

/** The evaluator at the bottom has no window on the world. */
const EVALUATION_MAY_USE = new Set(['re2js']);

/** express-rate-limit counts down on the system's clock. */
const KEEPS_THE_LIBRARYS_TIME = new Set([join('src', 'http', 'guard', 'window-store.ts')]);

/** A clause may ask for a segment, and a segment has clauses: their explanations call each other. */
const MUTUAL = new Set(
  ['explain-clause.ts', 'explain-segment.ts'].map((name) => join('src', 'evaluation', 'explain', name)),
);

const root = join(import.meta.dirname, '..');
const files = globSync('src/**/*.ts', { cwd: root });

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    ([, specifier]) => specifier ?? '',
  );

/** `src/store/sql/x.ts` is in `store`, `src/http/api/x.ts` in `http/api`, and `src/x.ts` is the process. */
function roomOf(file: string): string {
  const [room = '', ...inner] = file.split(sep).slice(1, -1);
  if (room === '') return 'process';
  return room === 'http' && inner[0] !== undefined ? `http/${inner[0]}` : room;
}

const filesIn = (file: string, specifiers: readonly string[]): readonly string[] =>
  specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(root, join(root, dirname(file), specifier)));

describe('imports point down the house', () => {
  test('every room of the picture is there, and no other', () => {
    expect([...new Set(files.map(roomOf))].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  test.each(files)('%s', (file) => {
    const room = roomOf(file);
    const allowed = new Set([room, ...(MAY_IMPORT[room] ?? [])]);
    expect(filesIn(file, importsOf(file)).filter((target) => !allowed.has(roomOf(target)))).toEqual([]);
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

  test.each(files.filter((file) => roomOf(file).startsWith('http') && !KEEPS_THE_LIBRARYS_TIME.has(file)))(
    '%s is given its time and its chance',
    (file) => {
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(
        /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|Math\.random\b|\brandom(?:Bytes|UUID)\b/,
      );
    },
  );

  test.each(files.filter((file) => file !== join('src', 'config.ts')))(
    '%s does not read the environment',
    (file) => {
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/process\.env/);
    },
  );

  test('and never in a circle, as far as anything is left of them at run time', () => {
    const imported = new Map(files.map((file) => [file, filesIn(file, runtimeImportsOf(file))]));
    expect([...imported.values()].flat().length).toBeGreaterThan(files.length);
    expect(inCircles(imported).filter((file) => !MUTUAL.has(file))).toEqual([]);
  });

  test('and a circle would be found', () => {
    const circle = new Map([
      ['above', ['left']],
      ['left', ['right', 'below']],
      ['right', ['left']],
      ['below', []],
    ]);
    expect(inCircles(circle)).toEqual(['left', 'right']);
  });
});

/** What the type stripping leaves of a file's static imports. */
function runtimeImportsOf(file: string): readonly string[] {
  const statements = /^(?:import|export)(?!\s+type\b)(?:[^'";=]*?\bfrom)?\s*'([^']+)'/gm;
  return [...readFileSync(join(root, file), 'utf8').matchAll(statements)].map(
    ([, specifier]) => specifier ?? '',
  );
}

/** The files that a circle goes through, or that lie between two: what is left when nobody has an end any more. */
function inCircles(imported: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const left = new Set(imported.keys());
  for (let before = Infinity; left.size < before;) {
    before = left.size;
    const needed = new Set([...left].flatMap((file) => imported.get(file) ?? []));
    for (const file of left) {
      const needs = (imported.get(file) ?? []).some((other) => left.has(other));
      if (!needs || !needed.has(file)) left.delete(file);
    }
  }
  return [...left].toSorted();
}
