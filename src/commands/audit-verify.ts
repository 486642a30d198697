/** `npm run audit:verify`: walks the audit log's hash chain. Exit code 0: it holds; 1: it does not; 2: it could not be read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configFromProcess } from '../app/config.ts';
import { type DatabaseTarget, openDatabase } from '../store/sql/database.ts';
import { verifySqlAudit } from '../store/sql/sql-audit.ts';

function target(): DatabaseTarget {
  const { dataDir, databaseUrl } = configFromProcess();
  if (databaseUrl !== undefined) return { kind: 'postgres', url: databaseUrl };
  const file = join(dataDir, 'dj-toggle.db');
  // Opening would make one, and an empty log always holds.
  if (!existsSync(file)) throw new Error(`there is no database at ${file}`);
  return { kind: 'sqlite', file };
}

try {
  // It only looks: the schema stays as the running service needs it.
  const database = await openDatabase(target(), { migrate: false });
  const verdict = await verifySqlAudit(database);
  await database.close();
  if (verdict.ok) {
    process.stdout.write(`the audit log holds: ${verdict.entries} entries\n`);
  } else {
    process.stderr.write(`the audit log is broken at entry ${verdict.brokenAt}: ${verdict.detail}\n`);
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
