import * as z from 'zod';
import { exportEvents, type ExportedEvent } from '../../../events/export-events.ts';
import { timestampSchema } from '../items/common-schemas.ts';
import { environmentQuery, requireSnapshot } from '../items/environment-query.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type Operation, operation, reply } from '../operation.ts';

/** Raw events for another tool. */
export function eventExportOperations({
  database,
  store,
  now,
}: Pick<ApiDeps, 'database' | 'store' | 'now'>): readonly Operation[] {
  return [
    operation('exportEvents', 'get', '/export/events', {
      tag: 'Transfer',
      summary: 'Raw events of a time range, a line of JSON for each',
      description:
        'First what contexts did (`type` is `metric`), in the order in which it was written, then who was served what (`exposure`): a line for each context, version and variation, at its first time. Streamed, whatever the size.',
      role: 'admin',
      query: z.strictObject({
        ...environmentQuery,
        from: timestampSchema.exactOptional().describe('Included; default: the beginning.'),
        to: timestampSchema.exactOptional().describe('Not included; default: now.'),
      }),
      replies: {
        200: {
          description: 'NDJSON',
          body: z.string(),
          asText: true,
          mediaType: 'application/x-ndjson; charset=utf-8',
        },
      },
      problems: [404],
      handle: ({ query }) => {
        const { environment } = requireSnapshot(store, query);
        const range = {
          from: query.from === undefined ? 0 : Date.parse(query.from),
          to: query.to === undefined ? now() : Date.parse(query.to),
        };
        return reply(200, lines(exportEvents(database, environment, range)));
      },
    }),
  ];
}

async function* lines(events: AsyncIterable<ExportedEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}
