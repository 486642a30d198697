/**
 * How long an experiment's result takes with many listeners and with few: `npm run bench:experiment-result`.
 * Options: `--listeners 1000000`, `--rounds 5`, `--recomputed 100000` (listeners whose totals are made again from raw events).
 *
 * Each listener has a row of exposure and one of each of five metrics, as the counter writes them, on SQLite in a file.
 * Timed is what `GET /experiments/{id}/results` does between request and response: the rows read, and the statistics.
 */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { sql } from 'kysely';
import { recompute } from '../../../src/experiment/counting/recompute.ts';
import { experimentResult } from '../../../src/experiment/result/experiment-result.ts';
import type { Database } from '../../../src/store/sql/database.ts';
import { openExperiments } from '../../support/experiment-app.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { report } from '../support/figures.ts';

const { values } = parseArgs({
  options: {
    listeners: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    recomputed: { type: 'string', default: '100000' },
  },
});
const rounds = Number(values.rounds);
const METRICS = ['play', 'like', 'skip', 'playlist-error', 'page-load'];

const FIRST_AT = Date.now();

const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-'));

/** What makes the values below: of each metric one event of each listener, right after the exposure. */
async function writeRawEvents(database: Database, listeners: number): Promise<void> {
  await database.write(async (db) => {
    await sql`
      insert into metric_events (project, environment, event_key, context_kind, context_key, value, at)
      with recursive unit(n) as (select 0 union all select n + 1 from unit where n + 1 < ${listeners}),
        metric(event_key) as (values ${sql.join(METRICS.map((key) => sql`(${key})`))})
      select 'default', 'production', event_key, 'user', 'listener-' || n, n % 1000, ${FIRST_AT} + n + 1 from unit, metric`.execute(
      db,
    );
  });
}

/** Milliseconds of a recomputation. @throws where it differs in anything */
async function recomputeOf(database: Database, id: string, listeners: number): Promise<number> {
  const began = performance.now();
  const found = await recompute(database, id);
  const ms = performance.now() - began;
  if (typeof found === 'string' || found.source.fromRawEvents !== listeners || found.differences.length > 0)
    throw new Error(`expected the same totals from raw events, got ${JSON.stringify(found)}`);
  return ms;
}

/** Milliseconds of each round. */
async function measure(
  listeners: number,
  withRawEvents = false,
): Promise<{ readonly times: readonly number[]; readonly recomputeMs: number }> {
  const file = join(folder, `${listeners}${withRawEvents ? '-raw' : ''}.db`);
  const app = await openExperiments(Date.now, { kind: 'sqlite', file });
  await app.split(50);
  const [primary = '', ...other] = METRICS;
  const id = await app.start(primary, other);
  await app.database.write(async (db) => {
    await sql`
      insert into experiment_exposures (experiment_id, unit_key, phase, variation, first_at)
      with recursive unit(n) as (select 0 union all select n + 1 from unit where n + 1 < ${listeners})
      select ${id}, 'listener-' || n, 1, n % 2, ${FIRST_AT} + n from unit`.execute(db);
    await sql`
      insert into experiment_values (experiment_id, unit_key, metric, x, y)
      with recursive unit(n) as (select 0 union all select n + 1 from unit where n + 1 < ${listeners}),
        metric(m) as (select -1 union all select m + 1 from metric where m < 4)
      select ${id}, 'listener-' || n, m, case when m = 4 then n % 1000 else 1 end, case when m = 4 then 1 else 0 end
      from unit, metric`.execute(db);
    await sql`
      insert into experiment_totals (experiment_id, phase, variation, metric, units, x, y, xx, yy, xy)
      select v.experiment_id, e.phase, e.variation, v.metric, case when v.metric = -1 then count(*) else 0 end,
        sum(case when v.metric in (-1, 3) then min(x, 1) else x end), sum(y), sum(x * x), sum(y * y), sum(x * y)
      from experiment_values v join experiment_exposures e using (experiment_id, unit_key)
      group by 1, 2, 3, 4`.execute(db);
  });
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const reading = await app.experiments.read(id);
    if (reading === undefined) throw new Error('the experiment is gone');
    const { arms, metrics } = experimentResult(reading, Date.now());
    times.push(performance.now() - began);
    const units = arms.reduce((sum, arm) => sum + arm.units, 0);
    if (units !== listeners || metrics.length !== METRICS.length)
      throw new Error(
        `expected ${listeners} listeners and ${METRICS.length} metrics, got ${units} and ${metrics.length}`,
      );
  }
  let recomputeMs = Number.NaN;
  if (withRawEvents) {
    await writeRawEvents(app.database, listeners);
    recomputeMs = await recomputeOf(app.database, id, listeners);
  }
  await app.close();
  return { times, recomputeMs };
}

const many = Number(values.listeners);
try {
  const { times: few } = await measure(1_000);
  const { times } = await measure(many);
  const recomputed = Number(values.recomputed);
  const { recomputeMs } = await measure(recomputed, true);
  const shown = many.toLocaleString('en');
  report({ name: 'result of 1,000 listeners × 5 metrics', unit: 'ms', values: few });
  report({
    name: `result of ${shown} listeners × 5 metrics`,
    unit: 'ms',
    values: times,
    goal: { atMost: 50 },
  });
  report({
    name: `the same totals again from raw events, ${recomputed.toLocaleString('en')} listeners × 5 metrics`,
    unit: 'ms',
    values: [recomputeMs],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
