import { writeFile } from 'node:fs/promises';
import { exportText } from '../store/export-text.ts';
import { requireFileArgument, runCommand, withStore } from './command-line.ts';

const USAGE = `Usage: dj-toggle export FILE

Writes every project, environment, flag and segment into FILE, as GET /export gives them: the same flags give the same bytes.
POST /import takes it. No keys, no secrets. The program may be running. Exit code 2: it could not be done.
`;

await runCommand(
  USAGE,
  async (config, args) => {
    const file = requireFileArgument(args);
    await withStore(config, async (store) => writeFile(file, exportText(store) ?? ''));
    process.stdout.write(`written: ${file}\n`);
    return 0;
  },
  { takesArguments: true },
);
