// Pages and JSON of the whole program with its default log, metrics, limits and exposures, beside a bare Express 5 + EJS +
// better-sqlite3 app that renders the same rows, and beside node:http sending the same bytes. Each serves on one core in turns,
// the load comes from the other one. Requests per second suffer from whatever else the machine does; CPU per request does not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report } from '../support/figures.ts';
import { load } from '../support/load.ts';
import { PROJECT_DIR, startDjToggle, startProgram, type MeasuredProgram } from '../support/programs.ts';

const ROUNDS = 5;
/** V8 goes on compiling what is called often for some seconds; the first case would be measured cold. */
const WARM_UP_ROUNDS = 3;
const SECONDS = 2;
const [SERVER_CORE, LOAD_CORE] = [0, 1];
/** Linux counts CPU time in hundredths of a second. */
const TICK_US = 10_000;

const CASES = [
  { name: 'top 10', ours: '/', bare: '/', atLeast: 0.6 },
  { name: '50 rows of the database', ours: '/?groups=beta_testers', bare: '/full', atLeast: 1 },
  { name: 'top 10 as JSON', ours: '/api/playlist', bare: '/json', atLeast: 0.45 },
  { name: '50 rows as JSON', ours: '/api/playlist?groups=beta_testers', bare: '/json/full', atLeast: 0.45 },
] as const;

interface Sample {
  readonly perSecond: number;
  readonly cpuUs: number;
}

/** User and system time of a process so far, in microseconds. */
function cpuUs({ child }: MeasuredProgram): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

async function sample(program: MeasuredProgram, path: string, cookie: string): Promise<Sample> {
  const before = cpuUs(program);
  const { perSecond, failed } = await load(program.url + path, {
    seconds: SECONDS,
    core: LOAD_CORE,
    headers: { cookie, accept: 'text/html' },
  });
  if (failed > 0) throw new Error(`${failed} requests of ${path} failed`);
  return { perSecond, cpuUs: (cpuUs(program) - before) / (perSecond * SECONDS) };
}

const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-site-'));
const dataFolder = join(folder, 'data');
const core = SERVER_CORE;
const ours = await startDjToggle({ core, env: { DATA_DIR: dataFolder } });
const bare = await startProgram(join(import.meta.dirname, 'bare-express.ts'), {
  core,
  env: { NODE_ENV: 'production' },
  args: [join(PROJECT_DIR, 'playlist.json'), join(dataFolder, 'playlist.db')],
});
const cookie = (await fetch(ours.url)).headers.getSetCookie()[0]?.split(';')[0] ?? '';

for (const { name, ours: path, bare: barePath, atLeast } of CASES) {
  const page = await fetch(ours.url + path, { headers: { cookie, accept: 'text/html' } });
  const file = join(folder, 'page');
  writeFileSync(file, Buffer.from(await page.arrayBuffer()));
  const floor = await startProgram(join(import.meta.dirname, 'bare-node.ts'), {
    core,
    args: [file, page.headers.get('content-type') ?? ''],
  });
  const rounds: { readonly ours: Sample; readonly bare: Sample; readonly floor: Sample }[] = [];
  for (let round = 1; round <= WARM_UP_ROUNDS + ROUNDS; round++) {
    const samples = {
      bare: await sample(bare, barePath, cookie),
      ours: await sample(ours, path, cookie),
      floor: await sample(floor, '/', cookie),
    };
    if (round > WARM_UP_ROUNDS) rounds.push(samples);
  }
  await floor.stop();
  const ratios = (of: (round: (typeof rounds)[number]) => number): number[] => rounds.map(of);
  report({
    name: `${name}, requests per second of bare Express + EJS`,
    unit: 'ratio',
    values: ratios((round) => round.ours.perSecond / round.bare.perSecond),
    goal: { atLeast },
  });
  report({
    name: `${name}, CPU time per request of bare Express + EJS over ours`,
    unit: 'ratio',
    values: ratios((round) => round.bare.cpuUs / round.ours.cpuUs),
  });
  report({
    name: `${name}, requests per second of bare node:http sending the same bytes`,
    unit: 'ratio',
    values: ratios((round) => round.ours.perSecond / round.floor.perSecond),
  });
  for (const [who, of] of [
    ['ours', 'ours'],
    ['bare Express + EJS', 'bare'],
  ] as const) {
    report({
      name: `${name}, CPU time per request, ${who}`,
      unit: 'µs',
      values: [median(rounds.map((round) => round[of].cpuUs))],
    });
  }
}

await Promise.all([ours.stop(), bare.stop()]);
rmSync(folder, { recursive: true, force: true });
