import { restoreDatabase } from '../store/sql/backup.ts';
import { databaseTarget, requireFileArgument, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle restore FILE

Puts a backup into DATA_DIR or DATABASE_URL, where there must be no database yet, and checks its audit log. Stop the
program first. PostgreSQL needs pg_restore. Exit code 0: restored; 1: restored, but the audit log was changed behind the
program's back; 2: not restored.
`;

await runCommand(
  USAGE,
  async (config, args) => {
    const verdict = await restoreDatabase(requireFileArgument(args), databaseTarget(config));
    if (verdict.ok) {
      process.stdout.write(`restored; the audit log holds: ${verdict.entries} entries\n`);
      return 0;
    }
    process.stderr.write(
      `restored, but the audit log is broken at entry ${verdict.brokenAt}: ${verdict.detail}\n`,
    );
    return 1;
  },
  { takesArguments: true },
);
