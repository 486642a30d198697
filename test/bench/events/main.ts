/**
 * Events into the whole program, on SQLite, beside page views: without an experiment, and with one that counts them all.
 * `npm run bench:events`; options: `--rounds 5`, `--seconds 3` of each round without events and with them, `--rate 5000`
 * events a second. Every acknowledged event is looked for in the database after SIGKILL, and the experiment's totals are
 * made again from raw events.
 */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import SqliteFile from 'better-sqlite3';
import { z } from 'zod';
import { recompute } from '../../../src/experiment/counting/recompute.ts';
import { openDatabase } from '../../../src/store/sql/database.ts';
import { quantile, report } from '../support/figures.ts';
import { type MeasuredProgram, startDjToggle } from '../support/programs.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '5000' },
  },
});
const ROUNDS = Number(values.rounds);
const SECONDS = Number(values.seconds);
const RATE = Number(values.rate);
/** As an SDK's flush brings them. */
const EVENTS_PER_BODY = 50;
const VIEWS_PER_SECOND = 50;
const SDK_KEY = 'sdk-of-the-benchmark-0123456789ab';

const USERS = 10_000;
const ADMIN_TOKEN = 'admin-of-the-benchmark-0123456789';
const FLAG = 'progressive-rollout';

interface Program extends MeasuredProgram {
  readonly agent: Agent;
}

function ask(
  { url, agent }: Program,
  path: string,
  body?: string,
): Promise<{ readonly status: number; readonly ms: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { authorization: SDK_KEY, 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, ms: performance.now() - began }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function admin({ url }: Program, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Half of the listeners in each arm; five metrics, two of which the events are about. */
async function startExperiment(program: Program): Promise<string> {
  await admin(program, 'PUT', `/flags/${FLAG}`, { status: true, rollout_percentage: 50 });
  const metric = (kind: string) => ({ kind, event_key: 'played', name: 'plays', direction: 'up' });
  await admin(program, 'PUT', '/metrics-definitions/played', metric('count'));
  await admin(program, 'PUT', '/metrics-definitions/seconds', metric('sum'));
  const created = await admin(program, 'POST', '/experiments', {
    name: 'The full playlist',
    flag_name: FLAG,
    control: { variation: 1, name: 'The top 10' },
    treatments: [{ variation: 0, name: 'The full playlist' }],
    primary_metric: 'played',
    other_metrics: ['seconds', 'like', 'page-load', 'playlist-error'],
  });
  const { id } = z.object({ id: z.string() }).parse(created);
  await admin(program, 'POST', `/experiments/${id}/start`, {});
  return id;
}

/** Half of what SDKs send are counts and sightings; here all are kept, which is the dear case: exposures and metrics by turns. */
function eventsBody(version: number): string {
  const now = Date.now();
  return JSON.stringify(
    Array.from({ length: EVENTS_PER_BODY }, (_one, place) => {
      const user = Math.floor(Math.random() * USERS);
      const context = { kind: 'user', key: `user-${user}` };
      const value = user % 2 === 0;
      return place % 2 === 0
        ? { kind: 'custom', creationDate: now, key: 'played', context, metricValue: Math.random() }
        : {
            kind: 'feature',
            creationDate: now,
            key: FLAG,
            version,
            variation: value ? 0 : 1,
            value,
            reason: { kind: 'FALLTHROUGH' },
            context,
          };
    }),
  );
}

/** Calls at an even pace, whatever the answers take. */
async function pace(perSecond: number, seconds: number, call: () => Promise<void>): Promise<void> {
  const calls: Promise<void>[] = [];
  const began = performance.now();
  while (performance.now() - began < seconds * 1_000) {
    while (calls.length < ((performance.now() - began) / 1_000) * perSecond) calls.push(call());
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(calls);
}

/** What a process has used of a core, in seconds; NaN where the system does not tell it as Linux does. */
function cpuSecondsOf(pid: number | undefined): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  // After the name in brackets: user and system time are the 12th and 13th fields, in hundredths.
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

let failedViews = 0;
async function viewPages(program: Program, seconds: number): Promise<readonly number[]> {
  const times: number[] = [];
  await pace(VIEWS_PER_SECOND, seconds, async () => {
    const { status, ms } = await ask(program, '/');
    if (status !== 200) failedViews += 1;
    times.push(ms);
  });
  return times;
}

/** What of the events is in the database; an experiment's totals must be those of its raw events. */
async function keptIn(folder: string, experiment: string | undefined): Promise<number> {
  const file = join(folder, 'dj-toggle.db');
  const database = new SqliteFile(file, { readonly: true });
  const sum = (query: string): number => Number(database.prepare(query).pluck().get());
  const kept =
    sum(`select count(*) from metric_events where event_key = 'played'`) +
    sum(`select coalesce(sum(times), 0) from exposures where context_key like 'user-%'`);
  database.close();
  if (experiment === undefined) return kept;
  const opened = await openDatabase({ kind: 'sqlite', file }, { migrate: false });
  const found = await recompute(opened, experiment);
  await opened.close();
  if (typeof found === 'string') throw new Error(`the experiment: ${found}`);
  if (found.differences.length > 0) throw new Error(`recomputed otherwise: ${found.differences.join('; ')}`);
  console.log(`the totals of ${found.source.fromRawEvents} listeners are the same from raw events`);
  return kept;
}

async function measure(name: string, withExperiment: boolean): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-events-'));
  const started = await startDjToggle({ env: { DATA_DIR: folder, SDK_KEY, ADMIN_TOKEN } });
  const program = { ...started, agent: new Agent({ keepAlive: true, maxSockets: 64 }) };
  const experiment = withExperiment ? await startExperiment(program) : undefined;
  const flag = z.object({ version: z.int() }).parse(await admin(program, 'GET', `/flags/${FLAG}`));
  let acknowledged = 0;
  let refused = 0;
  const postEvents = async (seconds: number): Promise<readonly number[]> => {
    const times: number[] = [];
    await pace(RATE / EVENTS_PER_BODY, seconds, async () => {
      const { status, ms } = await ask(program, '/bulk', eventsBody(flag.version));
      times.push(ms);
      if (status === 202) acknowledged += EVENTS_PER_BODY;
      else refused += EVENTS_PER_BODY;
    });
    return times;
  };

  await viewPages(program, 2);
  const rounds: (Readonly<Record<'alone' | 'beside' | 'posts', readonly number[]>> & {
    readonly core: number;
  })[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    console.log(`${name}: round ${round} of ${ROUNDS}`);
    const alone = await viewPages(program, SECONDS);
    const before = cpuSecondsOf(program.child.pid);
    const [beside, posts] = await Promise.all([viewPages(program, SECONDS), postEvents(SECONDS)]);
    const core = (cpuSecondsOf(program.child.pid) - before) / SECONDS;
    rounds.push({ alone, beside, posts, core });
  }
  program.agent.destroy();
  // Killed, not stopped: what was acknowledged must be there even so.
  program.child.kill('SIGKILL');
  await once(program.child, 'exit');
  await program.stop();
  const lost = Math.max(0, acknowledged - (await keptIn(folder, experiment)));
  rmSync(folder, { recursive: true, force: true });

  const none = { atMost: 0 };
  report({
    name: `${name}: events acknowledged`,
    unit: 'per second',
    values: [acknowledged / (ROUNDS * SECONDS)],
    goal: { atLeast: RATE * 0.99 },
  });
  report({ name: `${name}: events refused`, unit: 'in all', values: [refused], goal: none });
  report({
    name: `${name}: events acknowledged and not there after SIGKILL`,
    unit: 'in all',
    values: [lost],
    goal: none,
  });
  const inMs = (what: string, of: 'alone' | 'beside' | 'posts'): void =>
    report({
      name: `${name}: ${what}, p99`,
      unit: 'ms',
      values: rounds.map((round) => quantile(round[of], 0.99)),
    });
  inMs(`answer to ${EVENTS_PER_BODY} events`, 'posts');
  inMs('page without events', 'alone');
  inMs('page beside events', 'beside');
  report({
    name: `${name}: of one core, events and pages`,
    unit: 'ratio',
    values: rounds.map(({ core }) => core),
  });
  return lost;
}

const lost = (await measure('no experiment', false)) + (await measure('one experiment', true));
report({ name: 'pages that failed', unit: 'in all', values: [failedViews], goal: { atMost: 0 } });
if (lost > 0 || failedViews > 0) process.exitCode = 1;
