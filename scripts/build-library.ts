import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';

// The library as a package of its own, into dist-library/: one bundle for each entry point, what they share in chunks, and the
// types. The pattern engine is its only dependency; drivers and the OpenFeature SDK are brought by those who use them.

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'dist-library');
const DEPENDENCY = 're2js';
const OPTIONAL = ['@openfeature/server-sdk', 'better-sqlite3', 'memjs', 'pg'];

const manifest = z
  .looseObject({ version: z.string(), license: z.string(), dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
const entries = globSync('src/library/*/index.ts', { cwd: ROOT }).toSorted();
const namesOf = entries.map((file) => basename(dirname(file)));

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
  metafile: true,
  absWorkingDir: ROOT,
  entryPoints: entries.map((file, index) => ({ in: file, out: namesOf[index] ?? file })),
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  chunkNames: 'shared-[hash]',
  // Of the bundled packages one is CommonJS and asks for modules of Node.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  external: [DEPENDENCY, ...OPTIONAL],
});
const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(
  process.execPath,
  [tsc, '-p', join(ROOT, 'tsconfig.library.json'), '--emitDeclarationOnly', '--outDir', join(OUT, 'types')],
  { stdio: 'inherit' },
);

const exported = (name: string) => ({
  types: `./types/library/${name}/index.d.ts`,
  default: `./${name}.js`,
});
writeFileSync(
  join(OUT, 'package.json'),
  `${JSON.stringify(
    {
      name: 'dj-toggle-library',
      version: manifest.version,
      description:
        'Feature flags in process: evaluation, percentage rollouts, scheduled values, an OpenFeature provider.',
      license: manifest.license,
      type: 'module',
      sideEffects: false,
      exports: Object.fromEntries(namesOf.map((name) => [`./${name}`, exported(name)])),
      engines: { node: '>=24' },
      dependencies: { [DEPENDENCY]: manifest.dependencies[DEPENDENCY] },
      peerDependencies: Object.fromEntries(OPTIONAL.map((name) => [name, `^${manifest.dependencies[name]}`])),
      peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
    },
    null,
    2,
  )}\n`,
);
copyFileSync(join(ROOT, 'LICENSE'), join(OUT, 'LICENSE'));
// What was bundled comes with its licence.
const bundled = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
);
writeFileSync(
  join(OUT, 'LICENSES-OF-BUNDLED-PACKAGES'),
  [...bundled]
    .toSorted()
    .map((name) => {
      const [file = ''] = globSync(`node_modules/${name}/{LICENSE,LICENCE}*`, { cwd: ROOT });
      return `${name}\n\n${readFileSync(join(ROOT, file), 'utf8')}`;
    })
    .join('\n\n'),
);
copyFileSync(join(ROOT, 'src', 'library', 'README.md'), join(OUT, 'README.md'));
