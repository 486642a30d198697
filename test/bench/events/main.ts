/**
 * Events into the whole program, on SQLite, beside page views: `npm run bench:events`.
 * Options: `--rounds 5`, `--seconds 3` of each round without events and with them, `--rate 5000` events a second. Every
 * acknowledged event is looked for in the database afterwards.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import SqliteFile from 'better-sqlite3';
import { quantile, report } from '../support/figures.ts';
import { startDjToggle } from '../support/programs.ts';

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
const SDK_KEY = 'sdk-of-the-benchmark-0123456789';

const folder = mkdtempSync(join(tmpdir(), 'bench-events-'));
const program = await startDjToggle({ env: { DATA_DIR: folder, SDK_KEY } });
const { url } = program;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function ask(path: string, body?: string): Promise<{ readonly status: number; readonly ms: number }> {
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

/** Half of what SDKs send are counts and sightings; here all are kept, which is the dear case: exposures and metrics by turns. */
function eventsBody(): string {
  const now = Date.now();
  return JSON.stringify(
    Array.from({ length: EVENTS_PER_BODY }, (_one, place) => {
      const context = { kind: 'user', key: `user-${Math.floor(Math.random() * 10_000)}` };
      return place % 2 === 0
        ? { kind: 'custom', creationDate: now, key: 'played', context, metricValue: Math.random() }
        : {
            kind: 'feature',
            creationDate: now,
            key: 'progressive-rollout',
            version: 1,
            variation: place % 4 === 1 ? 0 : 1,
            value: true,
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

let failedViews = 0;
async function viewPages(seconds: number): Promise<readonly number[]> {
  const times: number[] = [];
  await pace(VIEWS_PER_SECOND, seconds, async () => {
    const { status, ms } = await ask('/');
    if (status !== 200) failedViews += 1;
    times.push(ms);
  });
  return times;
}

let acknowledged = 0;
let refused = 0;
async function postEvents(seconds: number): Promise<readonly number[]> {
  const times: number[] = [];
  await pace(RATE / EVENTS_PER_BODY, seconds, async () => {
    const { status, ms } = await ask('/bulk', eventsBody());
    times.push(ms);
    if (status === 202) acknowledged += EVENTS_PER_BODY;
    else refused += EVENTS_PER_BODY;
  });
  return times;
}

await viewPages(2);
const rounds: Readonly<Record<'alone' | 'beside' | 'posts', readonly number[]>>[] = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  console.log(`round ${round} of ${ROUNDS}`);
  const alone = await viewPages(SECONDS);
  const [beside, posts] = await Promise.all([viewPages(SECONDS), postEvents(SECONDS)]);
  rounds.push({ alone, beside, posts });
}

agent.destroy();
// Killed, not stopped: what was acknowledged must be there even so.
program.child.kill('SIGKILL');
await once(program.child, 'exit');
await program.stop();
const database = new SqliteFile(join(folder, 'dj-toggle.db'), { readonly: true });
const sum = (query: string): number => Number(database.prepare(query).pluck().get());
const kept =
  sum(`select count(*) from metric_events where event_key = 'played'`) +
  sum(`select coalesce(sum(times), 0) from exposures where context_key like 'user-%'`);
database.close();
rmSync(folder, { recursive: true, force: true });

const lost = Math.max(0, acknowledged - kept);
const none = { atMost: 0 };
report({
  name: 'events acknowledged',
  unit: 'per second',
  values: [acknowledged / (ROUNDS * SECONDS)],
  goal: { atLeast: RATE * 0.99 },
});
report({ name: 'events refused', unit: 'in all', values: [refused], goal: none });
report({
  name: 'events acknowledged and not there after SIGKILL',
  unit: 'in all',
  values: [lost],
  goal: none,
});
report({
  name: `answer to ${EVENTS_PER_BODY} events, p99`,
  unit: 'ms',
  values: rounds.map(({ posts }) => quantile(posts, 0.99)),
});
report({
  name: 'page without events, p99',
  unit: 'ms',
  values: rounds.map(({ alone }) => quantile(alone, 0.99)),
});
report({
  name: 'page beside events, p99',
  unit: 'ms',
  values: rounds.map(({ beside }) => quantile(beside, 0.99)),
});
report({ name: 'pages that failed', unit: 'in all', values: [failedViews], goal: none });
if (lost > 0 || failedViews > 0) process.exitCode = 1;
