/**
 * Resident memory of the whole program, beside bare servers: `npm run bench:memory`. At rest, after its first pages, beside
 * Express + EJS + SQLite; and for each of many open streams, beside node:http and a set of its open answers. Linux only.
 * Options: `--rounds 5`, `--rest 15` (seconds), `--streams 10000`.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { report } from '../support/figures.ts';
import { residentMiB, startDjToggle, startProgram, type MeasuredProgram } from '../support/programs.ts';
import { measureStreams } from './streams.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    rest: { type: 'string', default: '15' },
    streams: { type: 'string', default: '10000' },
  },
});
const rounds = Number(values.rounds);
const streams = Number(values.streams);
const BARE = join(import.meta.dirname, '..', 'support', 'bare-main.js');
const PAGES = 20;

async function atRest(start: () => Promise<MeasuredProgram>): Promise<number> {
  const program = await start();
  try {
    for (let page = 0; page < PAGES; page += 1) await (await fetch(`${program.url}/`)).text();
    await wait(Number(values.rest) * 1_000);
    return residentMiB(program);
  } finally {
    await program.stop();
  }
}

// The first start fills the compile cache, without which TypeScript's stripper is in memory too.
await (await startDjToggle()).stop();
const resting: { readonly ours: number; readonly bare: number }[] = [];
for (let round = 1; round <= rounds; round += 1) {
  console.log(`at rest, round ${round} of ${rounds}`);
  const [ours, bare] = await Promise.all([atRest(() => startDjToggle()), atRest(() => startProgram(BARE))]);
  resting.push({ ours, bare });
}
report({ name: 'at rest', unit: 'MiB', values: resting.map(({ ours }) => ours), goal: { atMost: 140 } });
report({
  name: 'at rest, bare Express + EJS + SQLite',
  unit: 'MiB',
  values: resting.map(({ bare }) => bare),
});

const streaming: Awaited<ReturnType<typeof measureStreams>>[] = [];
for (let round = 1; round <= rounds; round += 1) {
  console.log(`${streams} streams, round ${round} of ${rounds}`);
  streaming.push(await measureStreams(streams));
}
const many = streams.toLocaleString('en');
report({
  name: `each of ${many} streams, of a bare node:http loop`,
  unit: 'ratio',
  values: streaming.map(({ ours, bare }) => ours / bare),
  goal: { atMost: 1.2 },
});
report({ name: `each of ${many} streams`, unit: 'KiB', values: streaming.map(({ ours }) => ours) });
report({
  name: `each of ${many} streams, bare node:http loop`,
  unit: 'KiB',
  values: streaming.map(({ bare }) => bare),
});
