import type { Database } from '../store/sql/database.ts';
import type { EnvironmentRef } from '../store/store.ts';

/** One raw event of an environment; times are ISO 8601 in UTC. */
export type ExportedEvent =
  | {
      readonly type: 'metric';
      readonly at: string;
      readonly event_key: string;
      readonly context_kind: string;
      readonly context_key: string;
      readonly value: number | null;
    }
  /** That a context was served a variation of one version of a flag, for the first time at `at`. */
  | {
      readonly type: 'exposure';
      readonly at: string;
      readonly flag_key: string;
      readonly flag_version: number;
      readonly context_kind: string;
      readonly context_key: string;
      readonly variation: number;
      readonly last_at: string;
      readonly times: number;
    };

export interface EventRange {
  /** Epoch milliseconds, included. */
  readonly from: number;
  /** Epoch milliseconds, not included. */
  readonly to: number;
}

const PAGE = 1_000;

const iso = (at: number): string => new Date(at).toISOString();

/**
 * The events of an environment that happened in a range, page by page, so that any number needs little memory: what
 * contexts did in the order in which it was written, then exposures by context.
 */
export async function* exportEvents(
  database: Database,
  environment: EnvironmentRef,
  range: EventRange,
): AsyncGenerator<ExportedEvent> {
  yield* metricEvents(database, environment, range);
  yield* exposures(database, environment, range);
}

async function* metricEvents(
  database: Database,
  { project, environment }: EnvironmentRef,
  { from, to }: EventRange,
): AsyncGenerator<ExportedEvent> {
  for (let after = 0; ;) {
    const rows = await database.read((db) =>
      db
        .selectFrom('metric_events')
        .selectAll()
        .where('id', '>', after)
        .where('project', '=', project)
        .where('environment', '=', environment)
        .where('at', '>=', from)
        .where('at', '<', to)
        .orderBy('id')
        .limit(PAGE)
        .execute(),
    );
    for (const { id, at, event_key, context_kind, context_key, value } of rows) {
      after = id;
      yield { type: 'metric', at: iso(at), event_key, context_kind, context_key, value };
    }
    if (rows.length < PAGE) return;
  }
}

const EXPOSURE_KEY = ['flag_key', 'context_kind', 'context_key', 'flag_version', 'variation'] as const;

async function* exposures(
  database: Database,
  { project, environment }: EnvironmentRef,
  { from, to }: EventRange,
): AsyncGenerator<ExportedEvent> {
  let last: Extract<ExportedEvent, { type: 'exposure' }> | undefined;
  for (;;) {
    const after = last;
    const rows = await database.read((db) => {
      let query = db
        .selectFrom('exposures')
        .selectAll()
        .where('project', '=', project)
        .where('environment', '=', environment)
        .where('first_at', '>=', from)
        .where('first_at', '<', to)
        .orderBy('flag_key')
        .orderBy('context_kind')
        .orderBy('context_key')
        .orderBy('flag_version')
        .orderBy('variation')
        .limit(PAGE);
      if (after !== undefined) {
        query = query.where((where) =>
          where(
            where.refTuple(...EXPOSURE_KEY),
            '>',
            where.tuple(
              after.flag_key,
              after.context_kind,
              after.context_key,
              after.flag_version,
              after.variation,
            ),
          ),
        );
      }
      return query.execute();
    });
    for (const row of rows) {
      last = {
        type: 'exposure',
        at: iso(row.first_at),
        flag_key: row.flag_key,
        flag_version: row.flag_version,
        context_kind: row.context_kind,
        context_key: row.context_key,
        variation: row.variation,
        last_at: iso(row.last_at),
        times: row.times,
      };
      yield last;
    }
    if (rows.length < PAGE) return;
  }
}
