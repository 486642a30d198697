import { backUpDatabase } from '../store/sql/backup.ts';
import { databaseTarget, requireFileArgument, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle backup FILE

Writes the database in DATA_DIR or DATABASE_URL into a new file, as it is at one moment, and checks its audit log. The
program may be running. PostgreSQL needs pg_dump. Exit code 0: backed up; 1: backed up, but the audit log was changed
behind the program's back; 2: not backed up. The playlist's database is built again from its file and needs no backup.
`;

await runCommand(
  USAGE,
  async (config, args) => {
    const file = requireFileArgument(args);
    const verdict = await backUpDatabase(databaseTarget(config), file);
    if (verdict.ok) {
      process.stdout.write(`backed up to ${file}; the audit log holds: ${verdict.entries} entries\n`);
      return 0;
    }
    process.stderr.write(
      `backed up to ${file}, but the audit log is broken at entry ${verdict.brokenAt}: ${verdict.detail}\n`,
    );
    return 1;
  },
  { takesArguments: true },
);
