import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

// What the package is made of, into dist/: JavaScript, types and source maps of src/, the files that lie beside the code,
// and of both API viewers only what their pages load, so that who installs the package does not install the viewers.

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

const VIEWERS = {
  'swagger-ui-dist': [
    'LICENSE',
    'NOTICE',
    'swagger-ui.css',
    'swagger-ui-bundle.js',
    'swagger-ui-bundle.js.LICENSE.txt',
  ],
  redoc: ['LICENSE', 'bundles/redoc.standalone.js', 'bundles/redoc.standalone.js.LICENSE.txt'],
};

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

rmSync(DIST, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(ROOT, 'tsconfig.build.json')],
  { stdio: 'inherit' },
);
const openapi = join('http', 'api', 'openapi');
copy(join(ROOT, 'src', openapi, 'introduction.md'), join(DIST, openapi, 'introduction.md'));
for (const [name, files] of Object.entries(VIEWERS)) {
  for (const file of files) {
    copy(join(ROOT, 'node_modules', name, file), join(DIST, openapi, 'viewers', name, file));
  }
}
