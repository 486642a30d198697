import { join } from 'node:path';
import type { AuditVerdict } from '../store/audit/audit-chain.ts';
import { followArchives } from '../store/audit/audit-archive.ts';
import { verifySqlAudit } from '../store/sql/sql-audit.ts';
import { openExistingDatabase, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle audit [--archives FOLDER]

Checks the hash chain of the audit log: the archives in FOLDER (default: audit-archive in DATA_DIR), and the database in
DATA_DIR or DATABASE_URL, which goes on from them. Exit code 0: it holds; 1: an entry was changed behind the program's
back, or is missing; 2: the log could not be read.
`;

await runCommand(
  USAGE,
  async (config, _args, { archives }) => {
    const folder = typeof archives === 'string' ? archives : join(config.dataDir, 'audit-archive');
    const database = await openExistingDatabase(config);
    try {
      const archived = await followArchives(folder);
      return report('ok' in archived ? archived : await verifySqlAudit(database, archived));
    } finally {
      await database.close();
    }
  },
  { options: ['archives'] },
);

function report(verdict: AuditVerdict): number {
  if (!verdict.ok) {
    process.stderr.write(`the audit log is broken at entry ${verdict.brokenAt}: ${verdict.detail}\n`);
    return 1;
  }
  const { entries, archived = 0 } = verdict;
  const where = archived === 0 ? '' : `, the first ${archived} of them in archives`;
  process.stdout.write(`the audit log holds: ${entries} entries${where}\n`);
  return 0;
}
