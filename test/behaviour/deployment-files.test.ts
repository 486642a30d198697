import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { loadConfig, SETTINGS } from '../../src/app/config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// What deploys the program elsewhere. No container is built here: what can be checked without one is.

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The tags of CloudFormation (`!Sub`) are warnings to a plain reader of YAML, and no errors. */
function parsed(file: string): unknown {
  const document = parseDocument(read(file), { merge: true, logLevel: 'error' });
  expect(document.errors, file).toEqual([]);
  return document.toJS();
}

const names = z.object({ Name: z.string() });
const environments = z.object({
  services: z.record(z.string(), z.object({ environment: z.record(z.string(), z.string()).optional() })),
});
const render = z.object({
  services: z.array(
    z.object({ envVars: z.array(z.object({ key: z.string(), value: z.string().optional() })) }),
  ),
});
const ecs = z.object({
  Resources: z.object({
    Task: z.object({
      Properties: z.object({
        ContainerDefinitions: z.tuple([
          z.object({ Environment: z.array(names), Secrets: z.array(z.unknown()) }),
        ]),
      }),
    }),
  }),
});

/** The names of settings that each file gives the program, with the value when it stands there as it is. */
const SETTINGS_BY_FILE: Readonly<Record<string, () => readonly (readonly [string, string?])[]>> = {
  Dockerfile: () =>
    [...(/^ENV (.*)$/m.exec(read('Dockerfile'))?.[1] ?? '').matchAll(/(\w+)=(\S+)/g)]
      .map(([, name = '', value = '']) => [name, value] as const)
      .filter(([name]) => name !== 'NODE_ENV'),
  'compose.yaml': () =>
    Object.entries(environments.parse(parsed('compose.yaml')).services)
      .filter(([service]) => service !== 'postgres')
      .flatMap(([, { environment = {} }]) => Object.entries(environment))
      .map(([name, value]) => (value.includes('$') ? [name] : [name, value])),
  'render.yaml': () =>
    render
      .parse(parsed('render.yaml'))
      .services.flatMap(({ envVars }) =>
        envVars.map(({ key, value }) => (value === undefined ? [key] : [key, value])),
      ),
  'deploy/ecs/template.yaml': () => {
    const [{ Environment, Secrets }] = ecs.parse(parsed('deploy/ecs/template.yaml')).Resources.Task.Properties
      .ContainerDefinitions;
    // One secret is there only on a condition: [condition, secret, nothing].
    return [...Environment, ...Secrets.flat()].flatMap((entry) => {
      const { success, data } = names.safeParse(entry);
      return success ? [[data.Name] as const] : [];
    });
  },
  Procfile: () =>
    [...read('Procfile').matchAll(/\b([A-Z][A-Z_]+)=(\S+)/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
};

describe('the settings that are named are those of the program', () => {
  test.each(Object.keys(SETTINGS_BY_FILE))('in %s', (file) => {
    const given = SETTINGS_BY_FILE[file]?.() ?? [];
    expect(given.length).toBeGreaterThan(0);
    expect(given.map(([name]) => name).filter((name) => !SETTINGS.includes(name))).toEqual([]);
    const values = given.filter(([, value]) => value !== undefined);
    expect(() => loadConfig(Object.fromEntries(values))).not.toThrow();
  });

  test('and .env.example and README have every one', () => {
    const example = read('.env.example');
    const readme = read('README.md');
    const missing = SETTINGS.flatMap((name) => [
      ...(new RegExp(`^#?${name}=`, 'm').test(example) ? [] : [`.env.example: ${name}`]),
      ...(readme.includes(`\`${name}\``) ? [] : [`README.md: ${name}`]),
    ]);
    expect(missing).toEqual([]);
  });
});

test('what the Dockerfile copies is let through, and nothing secret or large is', () => {
  const allowed = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '');
  expect(allowed[0]).toBe('*');
  for (const line of allowed.slice(1)) expect(existsSync(join(ROOT, line.slice(1))), line).toBe(true);
  const { files } = z.object({ files: z.array(z.string()) }).parse(JSON.parse(read('package.json')));
  const needed = files.filter((file) => !['dist', '.env.example', 'CHANGELOG.md'].includes(file));
  expect(needed.filter((file) => !allowed.includes(`!${file}`))).toEqual([]);
});

test('the image runs as a user without rights, says how it is, and stops on a signal', () => {
  const stages = read('Dockerfile').split(/^FROM /m);
  const image = stages.at(-1) ?? '';
  expect(stages).toHaveLength(3);
  for (const line of [/^USER 65532/m, /^HEALTHCHECK /m, /^STOPSIGNAL SIGTERM$/m, /^VOLUME \/data$/m])
    expect(image).toMatch(line);
  // The exec form: the program is process 1 and gets the signal itself.
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(image) ?? [];
  const args = z.array(z.string()).parse(JSON.parse(command));
  expect(existsSync(join(ROOT, args.at(-1) ?? ''))).toBe(true);
});

test.each(['.github/workflows/test.yaml', '.github/workflows/release.yaml', 'deploy/harness/pipeline.yaml'])(
  '%s is valid YAML',
  (file) => {
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(parsed(file))).length).toBeGreaterThan(0);
  },
);

test('railway.json builds the Dockerfile and asks after the health', () => {
  expect(JSON.parse(read('railway.json'))).toMatchObject({
    build: { builder: 'DOCKERFILE', dockerfilePath: 'Dockerfile' },
    deploy: { healthcheckPath: '/health' },
  });
});

/** nginx resolves names when it reads them, and there are none here; it listens nowhere. */
function nginxArguments(): readonly string[] {
  const folder = temporaryFolder();
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    read('deploy/nginx.conf')
      .replaceAll(/server (?:one|two):/g, 'server 127.0.0.1:')
      .replace('/tmp/nginx.pid', join(folder, 'pid')),
  );
  return ['-t', '-c', file, '-p', folder];
}

/** The tools that know these files' own rules, as far as they are installed. */
const CHECKERS: readonly (readonly [string, () => readonly string[]])[] = [
  // Its warnings change with what AWS offers.
  ['cfn-lint', () => ['--non-zero-exit-code', 'error', 'deploy/ecs/template.yaml']],
  ['actionlint', () => globSync('.github/workflows/*.yaml', { cwd: ROOT })],
  ['hadolint', () => ['Dockerfile']],
  ['nginx', nginxArguments],
  ['docker-compose', () => ['--profile', 'instances', 'config', '--quiet']],
];
const installed = CHECKERS.filter(
  ([tool]) => spawnSync(tool, ['--version']).status === 0 || spawnSync(tool, ['-v']).status === 0,
);

for (const [tool, args] of installed) {
  test(`${tool} has no complaint`, { timeout: 60_000 }, () => {
    expect(() => execFileSync(tool, args(), { cwd: ROOT, stdio: 'pipe', encoding: 'utf8' })).not.toThrow();
  });
}
