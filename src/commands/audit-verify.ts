/** `npm run audit:verify`: walks the audit log's hash chain. Exit code 0: it holds; 1: it does not; 2: it could not be read. */
import { openDatabase } from '../store/sql/database.ts';
import { verifySqlAudit } from '../store/sql/sql-audit.ts';
import { databaseTarget } from './database-target.ts';

try {
  // It only looks: the schema stays as the running service needs it.
  const database = await openDatabase(databaseTarget(), { migrate: false });
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
