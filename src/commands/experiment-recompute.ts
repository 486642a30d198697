import { recompute } from '../experiment/counting/recompute.ts';
import type { Database } from '../store/sql/database.ts';
import { openExistingDatabase, runCommand } from './command-line.ts';

const USAGE = `Usage: npm run experiment:recompute [-- ID …]

Makes the totals of experiments anew from raw events, and compares them with those that were kept; without an ID, of all
experiments that were started. It changes nothing. Exit code 0: they are the same; 1: they differ; 2: they could not be read.
`;

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

/** Prints the comparison; true when the totals are the same. */
async function compare(database: Database, id: string): Promise<boolean> {
  const found = await recompute(database, id);
  if (found === undefined) throw new Error(`there is no experiment ${id}`);
  const { experiment, recomputed, differences } = found;
  process.stdout.write(
    `${id} “${experiment.design.name}”: ${differences.length === 0 ? 'the same totals' : 'DIFFERENT'}, ${recomputed.length} rows\n`,
  );
  for (const difference of differences) process.stdout.write(`  ${difference}\n`);
  return differences.length === 0;
}

await runCommand(
  USAGE,
  async (config, ids) => {
    const database = await openExistingDatabase(config);
    try {
      let exitCode = 0;
      for (const id of ids.length > 0 ? ids : await startedExperiments(database)) {
        if (!(await compare(database, id))) exitCode = 1;
      }
      return exitCode;
    } finally {
      await database.close();
    }
  },
  { takesArguments: true },
);
