import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type ExportedEvent, exportEvents } from '../events/export-events.ts';
import { writeParquet } from '../events/write-parquet.ts';
import { DEFAULT_ENVIRONMENT } from '../store/store.ts';
import { openExistingDatabase, runCommand } from './command-line.ts';

const time = (name: string) =>
  z
    .string()
    .refine(
      (text) => !Number.isNaN(Date.parse(text)),
      `--${name}: expected a time such as 2026-11-20T18:30:00Z`,
    )
    .transform((text) => Date.parse(text));

const options = z.object({
  format: z.enum(['ndjson', 'parquet'], '--format: expected ndjson or parquet').default('ndjson'),
  file: z.string().optional(),
  project: z.string().default(DEFAULT_ENVIRONMENT.project),
  environment: z.string().default(DEFAULT_ENVIRONMENT.environment),
  from: time('from').default(0),
  to: time('to').optional(),
});

async function* lines(events: AsyncIterable<ExportedEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}

const USAGE = `Usage: dj-toggle export-events [--format ndjson|parquet] [--file FILE] [--from TIME] [--to TIME]
                               [--project KEY] [--environment KEY]

Writes raw events, exposures and what contexts did, to a file for another tool; default: all of default/production until
now, as events.ndjson. Times are ISO 8601, --to is not included. Exit code 2: it could not be done.
`;

await runCommand(
  USAGE,
  async (config, _args, given) => {
    const parsed = options.safeParse(given);
    if (!parsed.success) throw new Error(parsed.error.issues.map(({ message }) => message).join('; '));
    const { format, file = `events.${format}`, project, environment, from, to = Date.now() } = parsed.data;
    const database = await openExistingDatabase(config);
    try {
      const events = exportEvents(database, { project, environment }, { from, to });
      if (format === 'parquet') await writeParquet(file, events);
      else await pipeline(Readable.from(lines(events)), createWriteStream(file));
    } finally {
      await database.close();
    }
    process.stdout.write(`written: ${file}\n`);
    return 0;
  },
  { options: Object.keys(options.shape) },
);
