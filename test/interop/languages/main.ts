import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onOff, SDK_KEY, startSdkApp } from '../../support/sdk-app.ts';
import { CONTEXTS, defaultOf, Differences, expected, FLAG_KEYS, SEED } from '../support/answers.ts';
import { RICH_FLAGS } from '../support/rich-flags.ts';

/**
 * LaunchDarkly's SDKs of other languages, where they can be had: each in a folder of its own that goes away afterwards.
 * A language that is not on the machine, or a package that cannot be fetched, is named as skipped and fails nothing.
 */
interface Language {
  readonly name: string;
  /** Fetches the SDK into `folder` and says how the program is started. */
  readonly prepare: (folder: string) => Promise<readonly [command: string, ...args: string[]]>;
}

const run = promisify(execFile);
const FETCH_MS = 240_000;
const BUILD_MS = 1_200_000;
const here = import.meta.dirname;

const LANGUAGES: readonly Language[] = [
  {
    name: 'Python',
    async prepare(folder) {
      await run('python3', ['-m', 'venv', folder], { timeout: FETCH_MS });
      const python = join(folder, 'bin', 'python');
      await run(python, ['-m', 'pip', 'install', '--quiet', 'launchdarkly-server-sdk'], {
        timeout: FETCH_MS,
      });
      return [python, join(here, 'python', 'answers.py')];
    },
  },
  {
    name: 'Go',
    async prepare(folder) {
      cpSync(join(here, 'go'), folder, { recursive: true });
      const at = { cwd: folder, timeout: FETCH_MS };
      await run(
        'go',
        ['get', 'github.com/launchdarkly/go-server-sdk/v7', 'github.com/launchdarkly/go-sdk-common/v3'],
        at,
      );
      await run('go', ['build', '-o', 'answers', '.'], at);
      return [join(folder, 'answers')];
    },
  },
  {
    name: 'Java',
    async prepare(folder) {
      cpSync(join(here, 'java'), folder, { recursive: true });
      const at = { cwd: folder, timeout: FETCH_MS };
      await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], at);
      await run('javac', ['-cp', 'lib/*', '-d', '.', 'Answers.java'], at);
      return ['java', '-cp', [folder, join(folder, 'lib', '*')].join(delimiter), 'Answers'];
    },
  },
  {
    name: 'Rust',
    async prepare(folder) {
      cpSync(join(here, 'rust'), folder, { recursive: true });
      // Built once for a machine: it takes minutes.
      const target = join(tmpdir(), 'interop-rust-target');
      const env = { ...process.env, CARGO_TARGET_DIR: target };
      await run('cargo', ['build', '--quiet'], { cwd: folder, timeout: BUILD_MS, env });
      return [join(target, 'debug', 'answers')];
    },
  },
];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** `npm run test:interop -- Rust` checks that language alone. */
const wanted = process.argv.slice(2);

for (const language of LANGUAGES) {
  if (wanted.length > 0 && !wanted.includes(language.name)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'interop-'));
  try {
    const command = await prepared(language, folder);
    if (command === undefined) continue;
    for (const stream of [true, false]) await check(language.name, command, folder, stream);
  } finally {
    // Go marks what it fetched as read-only; only what is in this folder is ours to remove.
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepared(
  { name, prepare }: Language,
  folder: string,
): Promise<readonly [string, ...string[]] | undefined> {
  try {
    return await prepare(folder);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    say(`SKIPPED ${name}: its LaunchDarkly SDK cannot be had here (${reason})`);
    return undefined;
  }
}

async function check(
  name: string,
  [command, ...args]: readonly [string, ...string[]],
  folder: string,
  stream: boolean,
): Promise<void> {
  const app = await startSdkApp({ seed: RICH_FLAGS });
  const file = join(folder, 'question.json');
  const flags = FLAG_KEYS.map((key) => ({ key, fallback: defaultOf(key) }));
  writeFileSync(file, JSON.stringify({ url: app.url, sdkKey: SDK_KEY, stream, contexts: CONTEXTS, flags }));
  const child = spawn(command, [...args, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => (complaints = `${complaints}${text.toString()}`.slice(-2_000)));
  const way = `${name}, ${stream ? 'streaming' : 'polling'}`;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line) as Message;
      if (message.answers !== undefined) compare(way, message.answers);
      if (message.listening === true) {
        // A poll's interval is 30 s at least: only a stream's change is waited for.
        if (!stream) break;
        await app.put(onOff('targets', true));
      }
      if (message.changed !== undefined) say(`ok ${way}: heard of the change of ${message.changed}`);
    }
    if (stream) await ended(way, child, () => complaints);
  } finally {
    child.kill('SIGKILL');
    await app.close();
  }
}

interface Message {
  readonly answers?: readonly (readonly (readonly [unknown, unknown, object])[])[];
  readonly listening?: boolean;
  readonly changed?: string;
}

function compare(way: string, answers: NonNullable<Message['answers']>): void {
  const differences = new Differences();
  for (const [place, context] of CONTEXTS.entries()) {
    for (const [index, key] of FLAG_KEYS.entries()) {
      const [value, variationIndex, reason] = answers[place]?.[index] ?? [];
      differences.compare(key, context, { value, variationIndex, reason }, expected(key, context));
    }
  }
  if (differences.count > 0) {
    say(`FAILED ${way}: ${differences.count} of ${differences.compared} answers differ (seed ${SEED})`);
    say(JSON.stringify(differences.found, null, 2));
    process.exitCode = 1;
  } else {
    say(`ok ${way}: ${differences.compared} answers are the evaluator's (seed ${SEED})`);
  }
}

async function ended(way: string, child: ChildProcess, complaints: () => string): Promise<void> {
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)));
  if (code === 0) return;
  say(`FAILED ${way}: the program ended with ${String(code)}\n${complaints()}`);
  process.exitCode = 1;
}
