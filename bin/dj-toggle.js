#!/usr/bin/env node
// Starts the program, or one of its commands, with what Node compiled at an earlier start. This file is JavaScript because
// Node has to load its TypeScript stripper (40 ms, 15 MiB) for the first file that is not yet in that cache. Where the cache
// cannot be written the program starts all the same, only slower.
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Name, file and what it does; the first is what runs without a name. */
const COMMANDS = [
  ['start', 'main', 'the site, the dashboard and the flag service; without a command, too'],
  ['login', 'commands/login', 'a new link to the dashboard'],
  ['flags', 'commands/flags', 'lists flags, shows one, turns one on or off'],
  ['keys', 'commands/keys', 'lists, makes and revokes keys'],
  ['export', 'commands/export', 'every flag and segment as one JSON file'],
  ['import', 'commands/import', 'your own playlist'],
  ['import-slowroll', 'commands/import-slowroll', 'flags and releases of a slowroll document'],
  ['export-events', 'commands/export-events', 'raw events as NDJSON or Parquet'],
  ['simulate', 'commands/simulate', 'what a release would do, before it is started'],
  ['release-replay', 'commands/release-replay', "a release's decisions, made again from their record"],
  [
    'experiment-recompute',
    'commands/experiment-recompute',
    "experiments' totals, made again from raw events",
  ],
  ['audit', 'commands/audit-verify', 'checks the hash chain of the audit log'],
  ['backup', 'commands/backup', 'the database into a new file, while the program runs'],
  ['restore', 'commands/restore', 'a backup into an empty place'],
];

const HELP = `Usage: dj-toggle [COMMAND] [ARGUMENTS]

${COMMANDS.map(([name, , does]) => `  ${name.padEnd(21)} ${does}`).join('\n')}

dj-toggle COMMAND --help says more. Settings are environment variables, or lines of .env where you stand; data is written
into DATA_DIR, by default dj-toggle-data where you stand. In a checkout of the project both are beside package.json (data/),
and commands are scripts of npm: npm start, npm run backup -- FILE.
`;

async function run() {
  const [name = 'start'] = process.argv.slice(2);
  if (name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return;
  }
  const command = COMMANDS.find(([known]) => known === (name.startsWith('-') ? 'start' : name));
  if (command === undefined) {
    process.stderr.write(`dj-toggle: ${name}: there is no such command\n\n${HELP}`);
    process.exitCode = 64;
    return;
  }
  // What the command reads as its arguments.
  if (process.argv[2] === name && !name.startsWith('-')) process.argv.splice(2, 1);
  enableCompileCache(join(ROOT, 'node_modules', '.cache', 'dj-toggle'));
  // Node strips types in a checkout, but not below node_modules: the package brings JavaScript.
  const isCheckout = existsSync(join(ROOT, 'src'));
  await import(isCheckout ? `../src/${command[1]}.ts` : `../dist/${command[1]}.js`);
}

await run();
