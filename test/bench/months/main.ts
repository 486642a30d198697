/**
 * 180 days of 50 page views a second with default retention, by the clock of the benchmark, in SQLite: how large the
 * database becomes, and what a page costs on it beside an empty one. `npm run bench:months`; options: `--scale 0.1`.
 *
 * Raw events and exposures reach the number that is kept after hours, and stay there. So the benchmark writes as many
 * page views as it takes to exceed both limits, times the scale (1 writes all of them; with less the limits are as much
 * smaller, and the bytes of those two tables are multiplied). Then it goes through 180 days, each with all its minutes
 * of SDK counters, twenty changes with their deliveries, and as many refusals of one key as are written down, none of which is scaled, and some page views.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { loadConfig } from '../../../src/app/config.ts';
import { retentionRules } from '../../../src/app/start-retention.ts';
import { writeKeyEvent } from '../../../src/access/key-events.ts';
import { SILENT_LOGGER } from '../../../src/shared/logger.ts';
import { createRetentionRunner } from '../../../src/store/retention/retention-runner.ts';
import { type Database, openDatabase } from '../../../src/store/sql/database.ts';
import { openSqlStore } from '../../../src/store/sql/sql-store.ts';
import {
  addDeliveries,
  addWebhook,
  DAY_MS,
  pageViews,
  report as reportEvents,
  rowCounts,
  summaries,
} from '../../support/months-of-traffic.ts';
import { AUTHOR, putFlag } from '../../support/store-contract.ts';
import { median, report } from '../support/figures.ts';
import { type MeasuredProgram, startDjToggle } from '../support/programs.ts';

const { values } = parseArgs({ options: { scale: { type: 'string', default: '0.1' } } });
const SCALE = Number(values.scale);
const DAYS = 180;
const PER_SECOND = 50;
const VIEWS_PER_WRITE = 600;
const CHANGES_PER_DAY = 20;
const MINUTES_PER_DAY = 1_440;
const FLAGS_OF_SDKS = 2;
const SCALED_TABLES = ['metric_events', 'exposures', 'event_payloads'];
const GIB = 1_073_741_824;

const config = loadConfig({});
const limits = {
  maxMetricEvents: Math.round(config.maxMetricEvents * SCALE),
  maxExposures: Math.round(config.maxExposures * SCALE),
};

async function bytesByTable(database: Database): Promise<ReadonlyMap<string, number>> {
  // An index counts for its table.
  const { rows } = await sql<{ name: string; bytes: number }>`
    select coalesce(m.tbl_name, s.name) as name, sum(s.pgsize) as bytes
    from dbstat('main', 1) s left join sqlite_schema m on m.name = s.name group by 1`.execute(
    database.kysely,
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}

async function fillAndAge(file: string): Promise<void> {
  let now = Date.now() - (DAYS + 2) * DAY_MS;
  const database = await openDatabase({ kind: 'sqlite', file });
  // How large it becomes does not depend on when the disk has it.
  await sql`pragma synchronous = off`.execute(database.kysely);
  const store = await openSqlStore({ database, now: () => now });
  const rules = retentionRules({ ...config, ...limits });
  const retention = createRetentionRunner({
    database,
    rules,
    now: () => now,
    log: SILENT_LOGGER,
    pauseMs: 0,
    stepsPerSweep: 100_000,
  });
  await addWebhook(database);
  const views = Math.ceil(Math.max(limits.maxMetricEvents / 2, limits.maxExposures) * 1.2);
  let written = 0;
  const write = async (count: number): Promise<void> => {
    await reportEvents(database, now, `pages-${written}`, pageViews(now, count, PER_SECOND));
    now += (count / PER_SECOND) * 1_000;
    written += count;
  };
  for (let left = Math.ceil(views / VIEWS_PER_WRITE); left > 0; left -= 1) {
    await write(VIEWS_PER_WRITE);
    if (left % 250 === 0) await retention.sweep();
  }
  console.log(`months: ${written} page views written, ${JSON.stringify(await rowCounts(database))}`);
  for (let day = 0; day < DAYS; day += 1) {
    const began = now;
    await reportEvents(database, now, `sdk-${day}`, summaries(now, MINUTES_PER_DAY, FLAGS_OF_SDKS));
    now += DAY_MS / 2;
    for (let change = 0; change < CHANGES_PER_DAY; change += 1) {
      await store.change(AUTHOR, putFlag('encore', { on: change % 2 === 0, salt: String(day) }));
    }
    await addDeliveries(database, `day-${day}`, CHANGES_PER_DAY, now);
    const refusal = { at: new Date(now).toISOString(), keyId: 'key', author: AUTHOR };
    await database.write(async (db) => {
      for (let refused = 0; refused < 480; refused += 1) {
        await writeKeyEvent(db, { ...refusal, action: 'refuse', detail: `GET /${refused}` });
      }
    });
    await write(VIEWS_PER_WRITE);
    await retention.sweep();
    now = began + DAY_MS;
  }
  console.log(`months: after ${DAYS} days ${JSON.stringify(await rowCounts(database))}`);
  const bytes = await bytesByTable(database);
  await sql`pragma wal_checkpoint(truncate)`.execute(database.kysely);
  await store.close();
  await database.close();
  const onDisk = statSync(file).size;
  const scaled = SCALED_TABLES.map((table) => bytes.get(table) ?? 0).reduce((sum, each) => sum + each, 0);
  const used = [...bytes.values()].reduce((sum, each) => sum + each, 0);
  // What was deleted leaves its room in the file, most of it that of the tables which are scaled.
  const projected = (onDisk - used + scaled) / SCALE + used - scaled;
  const table = [...bytes].toSorted((a, b) => b[1] - a[1]).slice(0, 6);
  for (const [name, size] of table) console.log(`months: ${name}: ${(size / 1_048_576).toFixed(1)} MiB`);
  console.log(`months: the file has ${(onDisk / 1_048_576).toFixed(0)} MiB at scale ${SCALE}`);
  report({
    name: `database after ${DAYS} days of ${PER_SECOND} page views a second, by default retention`,
    unit: 'GiB',
    values: [projected / GIB],
    goal: { atMost: 2 },
  });
}

async function pageMs({ url }: MeasuredProgram): Promise<number> {
  const began = performance.now();
  const response = await fetch(url);
  await response.text();
  if (response.status !== 200) throw new Error(`the page answered ${response.status}`);
  return performance.now() - began;
}

/** Pages of both programs in turn, so that what else the machine does hits both. */
async function comparePages(folder: string): Promise<void> {
  const [aged, fresh] = [
    await startDjToggle({ env: { DATA_DIR: folder, LOG_LEVEL: 'warn' } }),
    await startDjToggle({ env: { LOG_LEVEL: 'warn' } }),
  ];
  try {
    const ratios: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const [ofAged, ofFresh]: [number[], number[]] = [[], []];
      for (let page = 0; page < 400; page += 1) {
        ofAged.push(await pageMs(aged));
        ofFresh.push(await pageMs(fresh));
      }
      // The first round warms both up.
      if (round > 0) ratios.push(median(ofAged) / median(ofFresh));
    }
    report({
      name: 'page on that database, of one on an empty one',
      unit: 'ratio',
      values: ratios,
      goal: { atMost: 1.15 },
    });
  } finally {
    await Promise.all([aged.stop(), fresh.stop()]);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-months-'));
try {
  await fillAndAge(join(folder, 'dj-toggle.db'));
  await comparePages(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
