/**
 * `npm run experiment:recompute [-- ID …]`: makes the totals of experiments anew from raw events, and compares them with
 * those that were kept. Default: all that were started. It changes nothing. Exit code 0: they are the same; 1: they
 * differ; 2: they could not be read.
 */
import { recompute } from '../experiment/counting/recompute.ts';
import { type Database, openDatabase } from '../store/sql/database.ts';
import { databaseTarget } from './database-target.ts';

async function startedExperiments(database: Database): Promise<readonly string[]> {
  const rows = await database.read((db) =>
    db
      .selectFrom('experiments')
      .select('id')
      .where('started_at', 'is not', null)
      .orderBy('started_at')
      .execute(),
  );
  return rows.map(({ id }) => id);
}

try {
  const database = await openDatabase(databaseTarget(), { migrate: false });
  try {
    const asked = process.argv.slice(2);
    for (const id of asked.length > 0 ? asked : await startedExperiments(database)) {
      const found = await recompute(database, id);
      if (found === undefined) throw new Error(`there is no experiment ${id}`);
      const { experiment, recomputed, differences } = found;
      process.stdout.write(
        `${id} “${experiment.design.name}”: ${differences.length === 0 ? 'the same totals' : 'DIFFERENT'}, ${recomputed.length} rows\n`,
      );
      for (const difference of differences) process.stdout.write(`  ${difference}\n`);
      if (differences.length > 0) process.exitCode = 1;
    }
  } finally {
    await database.close();
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
