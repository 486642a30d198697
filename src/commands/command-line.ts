import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { configFromProcess, ConfigError, type Config } from '../app/config.ts';
import { openDatabase, type Database, type DatabaseTarget } from '../store/sql/database.ts';
import { openSqlStore, type SqlStore } from '../store/sql/sql-store.ts';

/** As in sysexits.h. */
const EXIT_USAGE = 64;
const EXIT_CONFIG = 78;

/**
 * Runs a command: `--help` prints `usage`, options and unwanted arguments are refused, and what `run` returns is the exit
 * code. `options` are the names of those that take a text. What it throws is printed as one line, with exit code 2.
 */
export async function runCommand(
  usage: string,
  run: (
    config: Config,
    args: readonly string[],
    options: Readonly<Record<string, unknown>>,
  ) => Promise<number>,
  {
    takesArguments = false,
    options = [],
  }: { readonly takesArguments?: boolean; readonly options?: readonly string[] } = {},
): Promise<void> {
  let args: readonly string[];
  let given: Readonly<Record<string, unknown>>;
  try {
    const { values, positionals } = parseArgs({
      options: {
        ...Object.fromEntries(options.map((name) => [name, { type: 'string' } as const])),
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: takesArguments,
    });
    args = positionals;
    given = values;
    if (values['help'] === true) {
      process.stdout.write(usage);
      return;
    }
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  try {
    process.exitCode = await run(configFromProcess(), args, given);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = error instanceof ConfigError ? EXIT_CONFIG : 2;
  }
}

export const databaseTarget = ({ dataDir, databaseUrl }: Config): DatabaseTarget =>
  databaseUrl === undefined
    ? { kind: 'sqlite', file: join(dataDir, 'dj-toggle.db') }
    : { kind: 'postgres', url: databaseUrl };

/** The database of the program, whether it runs or not. Its schema stays as the running program needs it. */
export async function openExistingDatabase(config: Config): Promise<Database> {
  const target = databaseTarget(config);
  // Opening would make one.
  if (target.kind === 'sqlite' && !existsSync(target.file)) {
    throw new Error(`there is no database at ${target.file}; the first start makes it`);
  }
  return openDatabase(target, { migrate: false });
}

/** Runs `use` on the flags of the program, whether it runs or not; it hears of changes within a second. */
export async function withStore<Result>(
  config: Config,
  use: (store: SqlStore) => Promise<Result>,
): Promise<Result> {
  const database = await openExistingDatabase(config);
  try {
    const store = await openSqlStore({ database, now: Date.now });
    return await use(store).finally(() => store.close());
  } finally {
    await database.close();
  }
}

/** @throws Error when there is not exactly one argument */
export function requireFileArgument(args: readonly string[]): string {
  const [file, ...others] = args;
  if (file === undefined || others.length > 0) throw new Error(`expected one file, got ${args.length}`);
  return file;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
