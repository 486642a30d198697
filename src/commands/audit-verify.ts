import { verifySqlAudit } from '../store/sql/sql-audit.ts';
import { openExistingDatabase, runCommand } from './command-line.ts';

const USAGE = `Usage: npm run audit:verify

Checks the hash chain of the audit log in DATA_DIR or DATABASE_URL. Exit code 0: it holds;
1: an entry was changed behind the program's back; 2: the log could not be read.
`;

await runCommand(USAGE, async (config) => {
  const database = await openExistingDatabase(config);
  const verdict = await verifySqlAudit(database).finally(() => database.close());
  if (verdict.ok) {
    process.stdout.write(`the audit log holds: ${verdict.entries} entries\n`);
    return 0;
  }
  process.stderr.write(`the audit log is broken at entry ${verdict.brokenAt}: ${verdict.detail}\n`);
  return 1;
});
