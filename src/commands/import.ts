import { configFromProcess, ConfigError } from '../app/config.ts';
import type { Config } from '../app/config.ts';
import { runImportCommand } from '../playlist/import/import-command.ts';

/** sysexits.h: EX_CONFIG. */
const CONFIG_ERROR = 78;

let config: Config | null = null;
try {
  config = configFromProcess();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = CONFIG_ERROR;
}
if (config !== null) {
  process.exitCode = await runImportCommand({
    args: process.argv.slice(2),
    dataDir: config.dataDir,
    packageDir: config.packageDir,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    ...(process.stderr.isTTY ? { terminal: process.stderr } : {}),
  });
}
