import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { spawnProgram } from '../support/spawned-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Both packages, as `npm pack` makes them and `npm install` takes them, in a folder that was empty.

// npm, the compiler and a program that starts: seconds on a quiet machine.
vi.setConfig({ testTimeout: 180_000 });

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
const ENV = { ...process.env, PATH, npm_config_update_notifier: 'false' };

const packed = z.tuple([
  z.object({
    name: z.string(),
    version: z.string(),
    filename: z.string(),
    integrity: z.string(),
    files: z.array(z.object({ path: z.string(), size: z.number() })),
  }),
]);
type Packed = z.output<typeof packed>[0];

const npm = (args: readonly string[], cwd: string) => run('npm', [...args], { cwd, env: ENV });

async function pack(source: string, destination: string): Promise<Packed> {
  const { stdout } = await npm(
    ['pack', '--json', '--ignore-scripts', '--pack-destination', destination, source],
    ROOT,
  );
  return packed.parse(JSON.parse(stdout))[0];
}

const manifest = z.object({
  bin: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()),
});
const lockedPackages = z.record(z.string(), z.looseObject({ dev: z.boolean().optional() }));

/**
 * Installs packed packages as npm does for a program of one's own, without a network: their dependencies are those of the
 * project's lock file, which `npm ci` has left in npm's cache. Without the lock npm would ask the registry about each.
 */
async function install(
  into: string,
  packages: readonly Packed[],
  development: readonly string[] = [],
): Promise<void> {
  const { packages: locked } = z
    .object({ packages: lockedPackages })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const own = await Promise.all(
    packages.map(async ({ name, version, filename, integrity }) => {
      const file = join(folder, filename);
      const { stdout } = await run('tar', ['-xzOf', file, 'package/package.json']);
      const { bin, dependencies } = manifest.parse(JSON.parse(stdout));
      return {
        name,
        file: `file:${file}`,
        entry: { version, resolved: `file:${file}`, integrity, bin, dependencies },
      };
    }),
  );
  const needed = new Set(own.flatMap(({ entry }) => Object.keys(entry.dependencies)));
  const isWhole = needed.has('express');
  const others = Object.entries(locked).filter(([path, { dev }]) => {
    const name = path.replace('node_modules/', '');
    return path !== '' && (development.includes(name) || (isWhole ? dev !== true : needed.has(name)));
  });
  const asked = {
    ...Object.fromEntries(own.map(({ name, file }) => [name, file])),
    ...Object.fromEntries(
      development.map((name) => [name, String(locked[`node_modules/${name}`]?.['version'])]),
    ),
  };
  const root = { name: 'somebody', version: '1.0.0', type: 'module', dependencies: asked };
  writeFileSync(join(into, 'package.json'), JSON.stringify(root));
  writeFileSync(
    join(into, 'package-lock.json'),
    JSON.stringify({
      name: root.name,
      version: root.version,
      lockfileVersion: 3,
      packages: {
        '': root,
        ...Object.fromEntries(own.map(({ name, entry }) => [`node_modules/${name}`, entry])),
        ...Object.fromEntries(others.map(([path, entry]) => [path, { ...entry, dev: undefined }])),
      },
    }),
  );
  await npm(['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], into);
}

let folder: string;
let program: Packed;
let library: Packed;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dj-packages-'));
  await Promise.all(
    ['build.ts', 'build-library.ts'].map((script) =>
      run(process.execPath, [join(ROOT, 'scripts', script)], { cwd: ROOT }),
    ),
  );
  [program, library] = await Promise.all([pack('.', folder), pack('./dist-library', folder)]);
  await install(folder, [program, library], ['@types/node', 'undici-types']);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package holds', () => {
  const EXPECTED = [
    /^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|\.env\.example|playlist\.json)$/,
    /^bin\/dj-toggle\.js$/,
    /^data\/(?:flags|tracks)\.json$/,
    /^dist\/[\w/-]+\.(?:js|js\.map|d\.ts)$/,
    /^dist\/http\/(?:api\/openapi\/(?:examples|protocols)|problems\/error-codes)\.json$/,
    /^dist\/http\/api\/openapi\/introduction\.md$/,
    /^dist\/http\/api\/openapi\/viewers\/(?:swagger-ui-dist|redoc)\/(?:LICENSE|NOTICE|[\w./-]+\.(?:js|css|LICENSE\.txt))$/,
    /^public\/[\w-]+\.(?:css|js|svg)$/,
    /^views\/[\w/-]+\.ejs$/,
  ];

  test('only what the program needs', () => {
    const paths = program.files.map(({ path }) => path);
    expect(paths.filter((path) => !EXPECTED.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(EXPECTED.filter((pattern) => !paths.some((path) => pattern.test(path)))).toEqual([]);
  });

  test('and the library four entry points, what they share, types and licences', () => {
    const paths = library.files.map(({ path }) => path);
    const others = paths.filter(
      (path) =>
        !/^(?:package\.json|README\.md|LICENSE|LICENSES-OF-BUNDLED-PACKAGES|(?:evaluation|openfeature|rollout|slowroll|shared-\w+)\.js|types\/[\w/-]+\.d\.ts)$/.test(
          path,
        ),
    );
    expect(others).toEqual([]);
  });
});

test('dj-toggle starts everything in the folder where one stands, and its commands work beside it', async ({
  annotate,
}) => {
  const startedAt = performance.now();
  const running = spawnProgram(
    { DATA_DIR: '', PATH },
    { command: join(folder, 'node_modules', '.bin', 'dj-toggle'), args: [], cwd: folder },
  );
  await expect.poll(running.output, { timeout: 60_000 }).toMatch(/dashboard +http:/);
  await annotate(`it said where it is after ${Math.round(performance.now() - startedAt)} ms`);
  const [url = ''] = /http:\/\/localhost:\d+/.exec(running.output()) ?? [];
  expect(statSync(join(folder, 'dj-toggle-data', 'dj-toggle.db')).isFile()).toBe(true);
  const asked = ['/', '/docs', '/docs/swagger/swagger-ui-bundle.js', '/docs/redoc/redoc.standalone.js'];
  const statuses = await Promise.all(
    [...asked, '/openapi.json', '/health', '/?user=a&groups=beta_testers'].map(
      async (path) => (await fetch(url + path)).status,
    ),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  // Built by a thread, which is a file of its own.
  await expect
    .poll(async () => (await fetch(`${url}/api/playlist?user=a&groups=beta_testers`)).json())
    .toMatchObject({ version: 'database' });

  const { stdout } = await run('npx', ['--no-install', 'dj-toggle', 'flags'], { cwd: folder, env: ENV });
  expect(stdout).toMatch(/^progressive-rollout +on /);
});

const PROGRAM = `
import { createEvaluator } from 'dj-toggle-library/evaluation';
import { LocalProvider, fixedFlags } from 'dj-toggle-library/openfeature';
import { Feature, Rollout, memcachedFeatureStorage, postgresFeatureStorage, sqliteFeatureStorage } from 'dj-toggle-library/rollout';
import { SlowrollConfig } from 'dj-toggle-library/slowroll';
import { OpenFeature } from '@openfeature/server-sdk';

const flags = { f: { key: 'f', version: 1, on: true, variations: [true, false], fallthrough: { variation: 0 }, salt: '' } };
const evaluated = createEvaluator({ flags, segments: {} }).evaluate('f', { kind: 'user', key: 'alice' }, false);
await OpenFeature.setProviderAndWait(new LocalProvider(fixedFlags({ flags, segments: {} })));
const opened = await OpenFeature.getClient().getBooleanValue('f', false, { targetingKey: 'alice' });
const rollout = new Rollout();
await rollout.addFeature(new Feature('chat', { percentage: 100 }));
const can = await rollout.can({ id: 1 }, 'chat');
const document = JSON.stringify({ search: { ranking: { stable: 'a', new: 'b', end_time: '2020-01-02 00:00Z', duration: '1d' } } });
const config = new SlowrollConfig('values.json', null, { fetch: async () => ({ body: document, etag: '1' }) });
const ranking: unknown = await config.getValue('search', 'ranking', 'alice', 'none');
const needs = [() => sqliteFeatureStorage(':memory:'), () => postgresFeatureStorage('postgres://h/d'), () => memcachedFeatureStorage('h')]
  .map((open) => { try { open(); return 'opened'; } catch (error) { return error instanceof Error ? error.message : ''; } });
console.log(JSON.stringify([evaluated.value, opened, can, ranking, needs]));
await OpenFeature.close();
`;

describe('the library', () => {
  test('has one dependency, and is under 2 MB with it', async () => {
    const alone = temporaryFolder();
    await install(alone, [library]);
    const { stdout: names } = await run('ls', ['node_modules'], { cwd: alone });
    expect(names.trim().split('\n')).toEqual(['dj-toggle-library', 're2js']);
    const { stdout: size } = await run('du', ['-sk', 'node_modules'], { cwd: alone });
    expect(Number.parseInt(size, 10)).toBeLessThan(2_000);

    // Without drivers everything is imported all the same; who opens a storage hears what it needs.
    const modules = join(alone, 'node_modules');
    mkdirSync(join(modules, '@openfeature'));
    for (const name of ['server-sdk', 'core'])
      symlinkSync(join(folder, 'node_modules', '@openfeature', name), join(modules, '@openfeature', name));
    writeFileSync(join(alone, 'program.mts'), PROGRAM);
    const { stdout } = await run(process.execPath, ['program.mts'], { cwd: alone });
    expect(JSON.parse(stdout)).toEqual([
      true,
      true,
      true,
      'b',
      ['better-sqlite3', 'pg', 'memjs'].map((name) => expect.stringContaining(`npm install ${name}`)),
    ]);
  });

  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

  test.each([
    ['dj-toggle-library', 'node16', 'node16'],
    ['dj-toggle-library', 'esnext', 'bundler'],
    ['dj-toggle', 'node16', 'node16'],
  ])(
    '%s has types that are strict, without skipLibCheck, for module %s and resolution %s',
    async (name, module, resolution) => {
      const file = `${name}-${module}.ts`;
      writeFileSync(join(folder, file), PROGRAM.replaceAll('dj-toggle-library/', `${name}/`));
      const options = ['--strict', '--noEmit', '--module', module, '--moduleResolution', resolution];
      const checked = run(
        process.execPath,
        [tsc, ...options, '--target', 'es2024', '--types', 'node', file],
        { cwd: folder },
      );
      await expect(
        checked.then(
          () => '',
          (error: { readonly stdout: string }) => error.stdout,
        ),
      ).resolves.toBe('');
    },
  );
});
