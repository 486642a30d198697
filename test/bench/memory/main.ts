/**
 * Resident memory of the whole program at rest, after its first pages, beside bare Express + EJS + SQLite:
 * `npm run bench:memory`. Linux only, since it reads /proc. Options: `--rounds 5`, `--rest 15` seconds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { report } from '../support/figures.ts';
import { startDjToggle, startProgram, type MeasuredProgram } from '../support/programs.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, rest: { type: 'string', default: '15' } },
});
const BARE = join(import.meta.dirname, '..', 'support', 'bare-main.js');
const PAGES = 20;

async function residentMiB(start: () => Promise<MeasuredProgram>): Promise<number> {
  const program = await start();
  for (let page = 0; page < PAGES; page += 1) await (await fetch(`${program.url}/`)).text();
  await wait(Number(values.rest) * 1_000);
  const status = readFileSync(`/proc/${program.child.pid}/status`, 'utf8');
  await program.stop();
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

const rounds: { readonly ours: number; readonly bare: number }[] = [];
// The first start fills the compile cache, without which TypeScript's stripper is in memory too.
await residentMiB(() => startDjToggle());
for (let round = 0; round < Number(values.rounds); round += 1) {
  const [ours, bare] = await Promise.all([
    residentMiB(() => startDjToggle()),
    residentMiB(() => startProgram(BARE)),
  ]);
  rounds.push({ ours, bare });
}
report({ name: 'at rest', unit: 'MiB', values: rounds.map(({ ours }) => ours), goal: { atMost: 140 } });
report({ name: 'at rest, bare Express + EJS + SQLite', unit: 'MiB', values: rounds.map(({ bare }) => bare) });
