import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The folders of `src/`, lowest first: a file may import its own folder's files and those of the lines above it. */
const LAYERS: readonly (readonly string[])[] = [
  ['evaluation'],
  ['shared'],
  ['launchdarkly', 'openfeature'],
  ['library'],
  ['flags', 'store', 'playlist'],
  ['access', 'events'],
  ['webhooks'],
  ['experiment'],
  ['release', 'demo'],
  ['http'],
  ['app'],
  ['commands', 'main.ts'],
];

/** Only programs outside import these. */
const FOR_OTHERS_ONLY = new Set(['library', 'commands', 'main.ts']);

/** The same for the folders of `src/http/`; what stands on one line does not know its neighbours. */
const HTTP_LAYERS: readonly (readonly string[])[] = [
  ['problems'],
  ['input'],
  ['auth'],
  ['middleware'],
  ['sse', 'html'],
  ['sdk/shared'],
  ['site', 'dashboard', 'api', 'sdk', 'ofrep', 'demo'],
];

/** What the evaluator may use besides its own files: pure functions only. */
const EVALUATION_MAY_USE = new Set(['re2js', 'node:crypto', 'node:zlib']);

/** Only these files take the time or chance from the system; everything else gets them as arguments. */
const TAKES_TIME_FROM_THE_SYSTEM = new Set<string>();

/** A clause may ask for a segment, and a segment has clauses: their explanations call each other. */
const MUTUALLY_RECURSIVE = new Set([
  'src/evaluation/explain/explain-clause.ts',
  'src/evaluation/explain/explain-segment.ts',
]);

const root = join(import.meta.dirname, '..');
const sources = new Map(
  globSync('src/**/*.ts', { cwd: root }).map((file) => [
    file.split(sep).join('/'),
    readFileSync(join(root, file), 'utf8'),
  ]),
);
const files = [...sources.keys()];

const importsOf = (file: string): readonly string[] =>
  [...(sources.get(file) ?? '').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    ([, specifier]) => specifier ?? '',
  );

const filesIn = (file: string, specifiers: readonly string[]): readonly string[] =>
  specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) =>
      relative(root, join(root, dirname(file), specifier))
        .split(sep)
        .join('/'),
    );

/** `src/store/sql/x.ts` is in `store`. */
const folderOf = (file: string): string => file.split('/')[1] ?? '';

/** `src/http/api/x.ts` is in `api`, `src/http/sdk/shared/x.ts` in `sdk/shared`. */
function httpFolderOf(file: string): string {
  const [, , folder = '', inner] = file.split('/');
  return folder === 'sdk' && inner === 'shared' ? 'sdk/shared' : folder;
}

const layerOf = (layers: readonly (readonly string[])[], folder: string): number =>
  layers.findIndex((layer) => layer.includes(folder));

/** Every import from one folder of `layers` into another that is not below it. */
function upwardImports(
  among: readonly string[],
  folder: (file: string) => string,
  layers: readonly (readonly string[])[],
): readonly string[] {
  return among.flatMap((file) =>
    filesIn(file, importsOf(file))
      .filter((target) => among.includes(target) && folder(target) !== folder(file))
      .filter((target) => layerOf(layers, folder(target)) >= layerOf(layers, folder(file)))
      .map((target) => `${file} → ${target}`),
  );
}

/** Files of `among` in whose text the pattern is found. */
const filesWith = (pattern: RegExp, among: readonly string[]): readonly string[] =>
  among.filter((file) => pattern.test(sources.get(file) ?? ''));

describe('imports point down', () => {
  test('every folder of src/ has its place in the order, and src/ holds at most 18', () => {
    const folders = [...new Set(files.map(folderOf))];
    expect(folders.filter((folder) => layerOf(LAYERS, folder) < 0)).toEqual([]);
    expect(folders.length).toBeLessThanOrEqual(18);
    const inHttp = [...new Set(files.filter((file) => folderOf(file) === 'http').map(httpFolderOf))];
    expect(inHttp.filter((folder) => layerOf(HTTP_LAYERS, folder) < 0)).toEqual([]);
  });

  test('no folder of src/ imports one that is above it or beside it', () => {
    expect(upwardImports(files, folderOf, LAYERS)).toEqual([]);
  });

  test('no folder of src/http/ does, so that routers do not know each other', () => {
    const inHttp = files.filter((file) => folderOf(file) === 'http');
    expect(upwardImports(inHttp, httpFolderOf, HTTP_LAYERS)).toEqual([]);
  });

  test('only app/ imports a router', () => {
    const routers = new Set(HTTP_LAYERS.at(-1));
    const offenders = files
      .filter((file) => !['http', 'app'].includes(folderOf(file)))
      .filter((file) =>
        filesIn(file, importsOf(file)).some(
          (target) => folderOf(target) === 'http' && routers.has(httpFolderOf(target)),
        ),
      );
    expect(offenders).toEqual([]);
  });

  test('nothing imports the library, the commands or main.ts', () => {
    const offenders = files.flatMap((file) =>
      filesIn(file, importsOf(file))
        .filter((target) => FOR_OTHERS_ONLY.has(folderOf(target)) && folderOf(target) !== folderOf(file))
        .map((target) => `${file} → ${target}`),
    );
    expect(offenders).toEqual([]);
  });

  test('the evaluator has no I/O, no clock and no chance', () => {
    const evaluation = files.filter((file) => folderOf(file) === 'evaluation');
    const packages = evaluation.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !specifier.startsWith('.') && !EVALUATION_MAY_USE.has(specifier))
        .map((specifier) => `${file} → ${specifier}`),
    );
    expect(packages).toEqual([]);
    expect(filesWith(/\bDate\.now\(|\bnew Date\(\)|Math\.random\(|\bprocess\./, evaluation)).toEqual([]);
  });

  test('requests are answered with the time and the chance that app/ gives', () => {
    const http = files.filter((file) => folderOf(file) === 'http' && !TAKES_TIME_FROM_THE_SYSTEM.has(file));
    expect(
      filesWith(
        /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|Math\.random\b|\brandom(?:Bytes|UUID)\b/,
        http,
      ),
    ).toEqual([]);
  });

  test('only app/config.ts reads the environment', () => {
    expect(filesWith(/process\.env\b/, files)).toEqual(['src/app/config.ts']);
  });

  test('no import cycles at run time', () => {
    const imported = new Map(files.map((file) => [file, filesIn(file, runtimeImportsOf(file))]));
    expect([...imported.values()].flat().length).toBeGreaterThan(files.length);
    expect(inCycles(imported).filter((file) => !MUTUALLY_RECURSIVE.has(file))).toEqual([]);
  });

  test('a cycle would be found', () => {
    const cycle = new Map([
      ['above', ['left']],
      ['left', ['right', 'below']],
      ['right', ['left']],
      ['below', []],
    ]);
    expect(inCycles(cycle)).toEqual(['left', 'right']);
  });
});

/** What the type stripping leaves of a file's static imports. */
function runtimeImportsOf(file: string): readonly string[] {
  const statements = /^(?:import|export)(?!\s+type\b)(?:[^'";=]*?\bfrom)?\s*'([^']+)'/gm;
  return [...(sources.get(file) ?? '').matchAll(statements)].map(([, specifier]) => specifier ?? '');
}

/** The files that a cycle goes through, or that lie between two: found by taking away every file that is an end. */
function inCycles(imported: ReadonlyMap<string, readonly string[]>): readonly string[] {
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
