import { execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { listenOnFreePort } from '../support/listen-on-free-port.ts';
import { loadConfig } from '../../src/app/config.ts';
import { startApp, type RunningApp } from '../support/running-app.ts';
import { spawnProgram } from '../support/spawned-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Every command and snippet of the documents, run on a default start.

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

interface Block {
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).map((file) => ({
  file,
  text: readFileSync(join(ROOT, file), 'utf8'),
}));

/** Also those in lists, which are indented. */
const BLOCKS: readonly Block[] = DOCUMENTS.flatMap(({ file, text }) =>
  [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', lines = '']) => ({
      file,
      language,
      text: lines.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  ),
);

const blocksOf = (...languages: readonly string[]): readonly Block[] =>
  BLOCKS.filter(({ language }) => languages.includes(language));

test('every block is one that is run here, or a picture', () => {
  const fences = DOCUMENTS.flatMap(({ text }) => text.match(/^ *```/gm) ?? []);
  expect(BLOCKS).toHaveLength(fences.length / 2);
  const others = BLOCKS.filter(
    ({ language }) => !['sh', 'bash', 'ts', 'js', 'ini', 'json'].includes(language),
  );
  expect(others.map(({ file, language }) => [file, language])).toEqual([['ARCHITECTURE.md', '']]);
});

test('every script that the documents name is there', () => {
  const named = DOCUMENTS.flatMap(({ text }) =>
    [...text.matchAll(/`npm run ([\w:]*\w)/g)].map(([, script = '']) => script),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

test.each(blocksOf('ini'))('the settings of $file are valid: $text', ({ text }) => {
  const settings = Object.fromEntries(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(Object.keys(settings).length).toBeGreaterThan(0);
  expect(() => loadConfig(settings)).not.toThrow();
});

/** The block's commands, without comments, each on one line. */
const commandsOf = ({ text }: Block): readonly string[] =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => line.replace(/\s+#.*$/, '').split(' && '))
    .filter((command) => command !== '');

/** Commands of npm that end by themselves and are run here. */
const RUN_HERE = new Set(['login', 'import', 'simulate', 'flags', 'keys']);

/** Commands that this test is part of, or that take minutes: CI runs them as they are. Their script must be there. */
const RUN_BY_CI = new Set(['ci', 'test', 'check', 'coverage']);

/** The package's command; `src/` stands in for what is compiled. */
async function runDjToggle(args: readonly string[], app: RunningApp, cwd: string): Promise<void> {
  const file = join('bin', 'dj-toggle.js');
  if (args.length === 0) {
    const program = spawnProgram({}, { args: [file] });
    await expect.poll(program.output, { timeout: 15_000 }).toMatch(/dashboard +http:/);
    return;
  }
  await run(process.execPath, [join(ROOT, file), ...args], { cwd, env: { DATA_DIR: app.dataDir } });
}

async function runNpm(command: string, app: RunningApp, cwd: string): Promise<void> {
  if (command.startsWith('npx dj-toggle')) {
    await runDjToggle(command.split(' ').slice(2), app, cwd);
    return;
  }
  const [, script = '', args = ''] = /^npm (?:run )?([\w:]+)(?: -- (.*))?$/.exec(command) ?? [];
  if (script !== 'ci') expect(scripts).toHaveProperty([script]);
  if (RUN_BY_CI.has(script)) return;
  const [, ...file] = (scripts[script] ?? '').split(' ');
  if (script === 'start') {
    const program = spawnProgram({}, { args: file });
    await expect.poll(program.output, { timeout: 15_000 }).toMatch(/dashboard +http:/);
    return;
  }
  expect([...RUN_HERE], command).toContain(script);
  await run(process.execPath, [join(ROOT, ...file), ...args.split(' ').filter(Boolean)], {
    cwd,
    env: { DATA_DIR: app.dataDir },
  });
}

/** A block of curl, in one shell, as somebody pastes it who has put the token of the first start in. Returns what it complained of. */
async function runScript({ text }: Block, app: RunningApp): Promise<string> {
  const token = app.key('ADMIN_TOKEN');
  const script = [
    'set -eo pipefail',
    'curl() { command curl --fail-with-body --silent --show-error "$@"; }',
    `npm() { (cd '${ROOT}' && command npm --silent "$@"); }`,
    text.replaceAll('djt_adm_...', token).replaceAll('localhost:3000', `127.0.0.1:${app.port}`),
  ].join('\n');
  const env = { PATH: process.env['PATH'], ADMIN_TOKEN: token, DATA_DIR: app.dataDir };
  return (await run('bash', ['--norc', '-c', script], { env })).stderr;
}

describe('the commands of', () => {
  const blocks = blocksOf('sh', 'bash');
  test.each(blocks)('$file run as they are written: $text', async (block) => {
    const app = await startApp();
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'my_playlist.csv'), 'Track Name,Artist Name(s)\nOne,Two\n');
    // A document's JSON is the plan that its commands read.
    for (const { file, text } of blocksOf('json'))
      if (file === block.file) writeFileSync(join(cwd, 'plan.json'), text);
    if (!block.text.includes('curl '))
      for (const command of commandsOf(block)) await runNpm(command, app, cwd);
    else expect(await runScript(block, app)).toBe('');
  });

  test('README are there at all', () => {
    expect(blocks.filter(({ file }) => file === 'README.md').length).toBeGreaterThan(2);
  });
});

/** What the snippets take for granted. */
const GIVEN = `
const flag = { key: 'progressive-rollout', version: 1, on: true, variations: [true, false], fallthrough: { variation: 1 }, offVariation: 1, salt: 's' };
const flags = { [flag.key]: flag };
const segments = {};
const newDefinition = { ...flag, key: 'dark-mode' };
const userId = 'alice';
`;

describe('the snippets of', () => {
  const folder = join(ROOT, '.vitest', `snippets-${process.pid}`);

  test.each(blocksOf('ts', 'js'))('$file run as they are written: $text', async ({ text }) => {
    const app = await startApp();
    const values = createServer((_request, response) => void response.end('{}'));
    const port = await listenOnFreePort(values);
    onTestFinished(() => {
      values.closeAllConnections();
      values.close();
      rmSync(folder, { recursive: true, force: true });
    });
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'snippet.ts');
    const sdk = text.includes('init(SDK_KEY')
      ? `import { init } from '@launchdarkly/node-server-sdk';\nconst SDK_KEY = '${app.key('SDK_KEY')}';\n`
      : '';
    const after = sdk === '' ? '' : 'await client.waitForInitialization({ timeout: 10 });\nclient.close();\n';
    writeFileSync(
      file,
      `${sdk}${GIVEN}${text}${after}process.exit();\n`
        .replaceAll(
          /'dj-toggle-library\/(\w+)'/g,
          (_, entry: string) => `'${join(ROOT, 'src', 'library', entry, 'index.ts')}'`,
        )
        .replaceAll('http://localhost:3000', app.url)
        .replaceAll('https://config.example.com', `http://127.0.0.1:${port}`),
    );
    const { stderr } = await run(process.execPath, [file], { cwd: temporaryFolder(), env: {} });
    expect(stderr).not.toMatch(/error|warn/i);
  });
});
