import { recompute, type Recomputation } from '../experiment/counting/recompute.ts';
import type { Database } from '../store/sql/database.ts';
import { openExistingDatabase, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle experiment-recompute [ID …]

Makes the totals of experiments anew from raw events, and compares them with those that were kept; without an ID, of all
experiments that were started. Of listeners who came before the oldest raw event that is kept (EVENT_RETENTION_DAYS), their
own kept values are added up instead; it says of how many. It changes nothing.
Exit code 0: they are the same; 1: they differ; 2: they could not be read.
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

function sourceText({ source: { fromRawEvents, fromKeptValues, rawEventsSince } }: Recomputation): string {
  const raw = `${fromRawEvents} listeners from raw events`;
  if (fromKeptValues === 0) return raw;
  const since = new Date(rawEventsSince).toISOString();
  return `${raw}, ${fromKeptValues} from their kept values (raw events are kept since ${since})`;
}

/** Prints the comparison; true when the totals are the same. */
async function compare(database: Database, id: string): Promise<boolean> {
  const found = await recompute(database, id);
  if (found === 'not-found') throw new Error(`there is no experiment ${id}`);
  if (found === 'units-deleted') {
    process.stdout.write(
      `${id}: over for so long that only its totals are kept; there is nothing to compare them with\n`,
    );
    return true;
  }
  const { experiment, recomputed, differences } = found;
  process.stdout.write(
    `${id} “${experiment.design.name}”: ${differences.length === 0 ? 'the same totals' : 'DIFFERENT'}, ${recomputed.length} rows; ${sourceText(found)}\n`,
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
