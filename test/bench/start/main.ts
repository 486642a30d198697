/**
 * From the start of the process to its first page, beside bare Express + EJS + SQLite, both with a warm compile cache and
 * the program on a database that is there: `npm run bench:start`. Option: `--rounds 5`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { report } from '../support/figures.ts';
import { startDjToggle, startProgram, type MeasuredProgram } from '../support/programs.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const BARE = join(import.meta.dirname, '..', 'support', 'bare-main.js');
const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-bench-start-'));

interface Start {
  readonly wallMs: number;
  /** User and system time of the process: what does not depend on what else the machine does. */
  readonly cpuMs: number;
}

async function measure(start: () => Promise<MeasuredProgram>): Promise<Start> {
  const began = performance.now();
  const program = await start();
  const page = await fetch(`${program.url}/`);
  await page.text();
  const wallMs = performance.now() - began;
  const cpuMs = cpuTimeMs(program.child.pid);
  await program.stop();
  if (page.status !== 200) throw new Error(`the first page was ${page.status}`);
  return { wallMs, cpuMs };
}

/** From /proc: fields 14 and 15 of stat, in hundredths of a second. NaN where there is no /proc. */
function cpuTimeMs(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

const ours = () => measure(() => startDjToggle({ env: { DATA_DIR: folder } }));
const bare = () => measure(() => startProgram(BARE));

// The first starts make the database and fill the cache, which is written when a process ends.
for (let warmUp = 0; warmUp < 2; warmUp += 1) {
  await ours();
  await bare();
}
const rounds: { readonly ours: Start; readonly bare: Start }[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  rounds.push({ ours: await ours(), bare: await bare() });
}
rmSync(folder, { recursive: true, force: true });

const goal = { atMost: 4 };
report({
  name: 'start to first page, times bare Express + EJS + SQLite',
  unit: 'ratio',
  values: rounds.map((round) => round.ours.wallMs / round.bare.wallMs),
  goal,
});
report({
  name: 'CPU time from start to first page, times bare Express + EJS + SQLite',
  unit: 'ratio',
  values: rounds.map((round) => round.ours.cpuMs / round.bare.cpuMs),
  goal,
});
report({ name: 'start to first page', unit: 'ms', values: rounds.map((round) => round.ours.wallMs) });
