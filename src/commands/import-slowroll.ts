import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createMetricDefinitions } from '../experiment/metrics/metric-definitions.ts';
import { guardMetrics } from '../release/guard/guard-metric.ts';
import { createReleases } from '../release/run/releases.ts';
import { importSlowroll } from '../release/slowroll/import-slowroll.ts';
import { openSqlStore } from '../store/sql/sql-store.ts';
import { DEFAULT_ENVIRONMENT } from '../store/store.ts';
import { openExistingDatabase, requireFileArgument, runCommand } from './command-line.ts';

const USAGE = `Usage: dj-toggle import-slowroll document.json

Makes flags and releases of a slowroll document, {section: {key: {stable, new, end_time, duration, …}}}, in the default
environment of DATA_DIR or DATABASE_URL. The program that runs there carries them out. Exit code 2: the document has
mistakes, all listed, and nothing was written.
`;

await runCommand(
  USAGE,
  async (config, args) => {
    const file = requireFileArgument(args);
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    const database = await openExistingDatabase(config);
    const store = await openSqlStore({ database, now: Date.now });
    try {
      const definitions = createMetricDefinitions({ database, now: Date.now });
      const services = {
        releases: createReleases({ database, now: Date.now, newId: randomUUID }),
        metrics: async () => guardMetrics(await definitions.list(DEFAULT_ENVIRONMENT)),
        servedElsewhere: () => undefined,
      };
      const author = { id: 'import:slowroll', via: 'import' } as const;
      const deps = { store, services, now: Date.now };
      const imported = await importSlowroll(deps, author, DEFAULT_ENVIRONMENT, json);
      if (imported.kind === 'bad') {
        const lines = imported.problems.map(({ pointer, detail }) => `${file}: ${pointer}: ${detail}`);
        throw new Error(lines.join('\n'));
      }
      for (const { key, release } of imported.flags)
        process.stdout.write(
          `${key}: ${release === undefined ? 'its time is over' : `release ${release.id}`}\n`,
        );
      for (const key of imported.skipped) process.stdout.write(`${key}: skipped, there is no new value\n`);
      return 0;
    } finally {
      await store.close();
      await database.close();
    }
  },
  { takesArguments: true },
);
