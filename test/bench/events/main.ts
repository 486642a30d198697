/**
 * Events into the whole program, on SQLite, beside page views: `npm run bench:events`.
 * Options: `--seconds 10`, `--rate 5000` events a second. Every acknowledged event is looked for in the database afterwards.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import SqliteFile from 'better-sqlite3';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, rate: { type: 'string', default: '5000' } },
});
const SECONDS = Number(values.seconds);
const RATE = Number(values.rate);
/** As an SDK's flush brings them. */
const EVENTS_PER_BODY = 50;
const VIEWS_PER_SECOND = 50;
const SDK_KEY = 'sdk-of-the-benchmark-0123456789';

const folder = mkdtempSync(join(tmpdir(), 'bench-events-'));
const root = join(import.meta.dirname, '..', '..', '..');
const program = spawn(process.execPath, [join(root, 'src', 'main.ts')], {
  env: { ...process.env, DATA_DIR: folder, PORT: '0', SDK_KEY, LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await addressOf(createInterface({ input: program.stdout }));
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

async function addressOf(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const found = /https?:\/\/localhost:\d+/.exec(line)?.[0];
    if (found !== undefined) return found;
  }
  throw new Error('the program ended before it listened');
}

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

const at = (list: readonly number[], share: number): string =>
  (
    list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN
  ).toFixed(1);
const told = (list: readonly number[]): string =>
  `p50 ${at(list, 0.5)} ms, p99 ${at(list, 0.99)} ms, max ${at(list, 1)} ms`;

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

await viewPages(2);
const alone = await viewPages(SECONDS);

let acknowledged = 0;
let refused = 0;
const answers: number[] = [];
const [beside] = await Promise.all([
  viewPages(SECONDS),
  pace(RATE / EVENTS_PER_BODY, SECONDS, async () => {
    const { status, ms } = await ask('/bulk', eventsBody());
    answers.push(ms);
    if (status === 202) acknowledged += EVENTS_PER_BODY;
    else refused += EVENTS_PER_BODY;
  }),
]);

agent.destroy();
// Killed, not stopped: what was acknowledged must be there even so.
program.kill('SIGKILL');
await once(program, 'exit');
const database = new SqliteFile(join(folder, 'dj-toggle.db'), { readonly: true });
const sum = (query: string): number => Number(database.prepare(query).pluck().get());
const kept =
  sum(`select count(*) from metric_events where event_key = 'played'`) +
  sum(`select coalesce(sum(times), 0) from exposures where context_key like 'user-%'`);
database.close();
rmSync(folder, { recursive: true, force: true });

console.log(
  `${RATE} events a second for ${SECONDS} s in bodies of ${EVENTS_PER_BODY}, ${VIEWS_PER_SECOND} page views a second beside them`,
);
console.log(
  `events  ${acknowledged} acknowledged (${(acknowledged / SECONDS).toFixed(0)}/s), ${refused} refused; ${told(answers)}`,
);
console.log(`kept    ${kept} in the database after SIGKILL: ${Math.max(0, acknowledged - kept)} lost`);
console.log(`pages   alone ${told(alone)}; beside ${told(beside)}; ${failedViews} failed`);
if (kept < acknowledged || failedViews > 0) process.exitCode = 1;
