/**
 * The event guard beside its rivals, on the same streams: `npm run bench:guard`.
 * Options: `--runs 1000` (of releases without harm; a quarter of them with harm, half at a share of 10 %),
 * `--json FILE`, `--only table|ramps|margins|durations`.
 *
 * Printed: false alarms at alpha 1 %, one-sided; treated listeners until harm is found, at the median, against Wald's
 * sequential test with both rates known; rollbacks of harmless releases; durations.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  DURATION_GUARDS,
  type DurationGuardName,
  simulateDurations,
} from '../../support/simulation/durations.ts';
import { HARMLESS_RELEASES, simulateRelease } from '../../support/simulation/ramp.ts';
import { HARMLESS_OUTCOMES, simulateOutcomes } from '../../support/simulation/outcomes.ts';
import { createProgress } from '../../support/simulation/progress.ts';
import { createRandom } from '../../../src/experiment/statistics/random.ts';
import { report } from '../support/figures.ts';
import { type Cell, detection, falseAlarms, rateWithInterval } from './cells.ts';
import { METHOD_NAMES } from './methods.ts';
import { detectionTable, falseAlarmsTable } from './tables.ts';

const SHARES = [0.01, 0.05, 0.1, 0.25, 0.5] as const;

interface Effect {
  readonly label: string;
  readonly baseRate: number;
  readonly treatedRate: number;
  /** Treated listeners after which a run is given up. */
  readonly treatedHorizon: number;
  readonly batches: readonly number[];
}

/** Batches by share: about as many treated listeners between two looks. */
const EFFECTS: readonly Effect[] = [
  {
    label: '1 -> 5 %',
    baseRate: 0.01,
    treatedRate: 0.05,
    treatedHorizon: 6_000,
    batches: [10, 10, 10, 10, 10],
  },
  {
    label: '1 -> 1.2 %',
    baseRate: 0.01,
    treatedRate: 0.012,
    treatedHorizon: 200_000,
    batches: [2_000, 500, 250, 100, 100],
  },
  {
    label: '0.1 -> 1 %',
    baseRate: 0.001,
    treatedRate: 0.01,
    treatedHorizon: 12_000,
    batches: [500, 100, 50, 50, 50],
  },
  {
    label: '1 -> 100 %',
    baseRate: 0.01,
    treatedRate: 1,
    treatedHorizon: 3_000,
    batches: [10, 10, 10, 10, 10],
  },
];

const OURS = 'E-process (events mixture)';
const THREE_GUARDS = 'E-process, three guards';
/** Where the rivals' false alarms are reported. */
const COMPARED = '1 %, share 10 %';
/** Of Wald's median, at a share of 10 %. */
const GOALS: Readonly<Record<typeof OURS | typeof THREE_GUARDS, Readonly<Record<string, number>>>> = {
  [OURS]: { '1 -> 5 %, share 10 %': 1.5, '1 -> 1.2 %, share 10 %': 1.9 },
  [THREE_GUARDS]: { '1 -> 5 %, share 10 %': 1.9 },
};

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    json: { type: 'string' },
    only: { type: 'string', default: 'table,ramps,margins,durations' },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 4) {
  throw new Error(`--runs: expected a whole number from 4, got ${values.runs}`);
}
const parts = new Set(values.only.split(','));

const percentOf = (share: number): string => `${100 * share} %`;

const nullCells: readonly Cell[] = [
  ...SHARES.map((share) => ({ share, rate: 0.01 })),
  { share: 0.1, rate: 0.001 },
  { share: 0.1, rate: 0.2 },
].map(({ share, rate }, index) => ({
  label: `${percentOf(rate)}, share ${percentOf(share)}`,
  stream: { share, baseRate: rate, treatedRate: rate, batch: 10, horizon: 50_000 },
  runs,
  seed: 100 + index,
}));

const harmCells: readonly Cell[] = EFFECTS.flatMap((effect, row) =>
  SHARES.map((share, column) => ({
    label: `${effect.label}, share ${percentOf(share)}`,
    stream: {
      share,
      baseRate: effect.baseRate,
      treatedRate: effect.treatedRate,
      batch: effect.batches[column] ?? 10,
      horizon: effect.treatedHorizon / share,
    },
    runs: Math.ceil(share === 0.1 ? runs / 2 : runs / 4),
    seed: 200 + 10 * row + column,
  })),
);

function printTable(): object {
  const total = [...nullCells, ...harmCells].reduce((sum, cell) => sum + cell.runs, 0);
  const progress = createProgress(total);
  const stepOf = (cell: Cell) => () => progress.step(cell.label);
  const alarms = nullCells.map((cell) => falseAlarms(cell, stepOf(cell)));
  const found = harmCells.map((cell) => detection(cell, stepOf(cell)));
  progress.end();
  console.log('False alarms in % [95 %], alpha 1 %, one-sided');
  console.log(`${runs} runs of 50,000 listeners without harm, looked at every 10\n`);
  console.log(falseAlarmsTable(alarms));
  console.log('\nTreated listeners until harm is found: median (x Wald median), 90th percentile');
  for (const effect of EFFECTS) {
    console.log(`\n${detectionTable(found.filter(({ label }) => label.startsWith(`${effect.label},`)))}`);
  }
  for (const { label, alarms: byMethod } of alarms) {
    const values = [byMethod[OURS] / runs];
    report({
      name: `false alarms at alpha 1 %, rate ${label}`,
      unit: 'ratio',
      values,
      goal: { atMost: 0.01 },
    });
  }
  for (const name of METHOD_NAMES.filter((each) => each !== OURS && each !== THREE_GUARDS)) {
    const values = alarms.filter(({ label }) => label === COMPARED).map((cell) => cell.alarms[name] / runs);
    report({ name: `false alarms of the ${name}, rate ${COMPARED}`, unit: 'ratio', values });
  }
  for (const { label, medians, waldMedian } of found) {
    if (waldMedian === null || !label.endsWith('share 10 %')) continue;
    for (const name of [OURS, THREE_GUARDS] as const) {
      const goal = GOALS[name][label];
      report({
        name: `treated listeners until found, of Wald's, ${label}${name === OURS ? '' : ', three guards'}`,
        unit: 'ratio',
        values: [(medians[name] ?? Infinity) / waldMedian],
        ...(goal === undefined ? {} : { goal: { atMost: goal } }),
      });
    }
  }
  return { falseAlarms: alarms, detection: found };
}

function printRamps(): object {
  const scenarios = Object.entries(HARMLESS_RELEASES);
  const progress = createProgress(scenarios.length * runs);
  const rows = scenarios.map(([label, scenario], index) => {
    let rollbacks = 0;
    for (let run = 0; run < runs; run += 1) {
      progress.step(label);
      if (simulateRelease(createRandom((300 + index) * 1_000_003 + run), scenario)) rollbacks += 1;
    }
    return { label, runs, rollbacks };
  });
  progress.end();
  console.log(
    `\nRollbacks of ${runs} releases without harm, in % [95 %]; alpha 1 %, each listener 2 to 50 visits\n`,
  );
  for (const row of rows)
    console.log(`  ${row.label.padEnd(68)}${rateWithInterval(row.rollbacks, row.runs)}`);
  for (const { label, rollbacks } of rows) {
    const values = [rollbacks / runs];
    report({ name: `rollbacks without harm, ${label}`, unit: 'ratio', values, goal: { atMost: 0.01 } });
  }
  return { ramps: rows };
}

function printMargins(): object {
  const scenarios = Object.entries(HARMLESS_OUTCOMES);
  const progress = createProgress(scenarios.length * runs);
  const rows = scenarios.map(([label, scenario], index) => {
    let rollbacks = 0;
    for (let run = 0; run < runs; run += 1) {
      progress.step(label);
      if (simulateOutcomes(createRandom((500 + index) * 1_000_003 + run), scenario) !== null) rollbacks += 1;
    }
    return { label, runs, rollbacks };
  });
  progress.end();
  console.log(
    `\nAbsolute margins: rollbacks of ${runs} releases exactly at the margin, in % [95 %]; alpha 1 %\n`,
  );
  for (const row of rows)
    console.log(`  ${row.label.padEnd(68)}${rateWithInterval(row.rollbacks, row.runs)}`);
  for (const { label, rollbacks } of rows) {
    const values = [rollbacks / runs];
    report({ name: `rollbacks at the margin, ${label}`, unit: 'ratio', values, goal: { atMost: 0.01 } });
  }
  return { margins: rows };
}

function printDurations(): object {
  const names = Object.keys(DURATION_GUARDS).filter(
    (name): name is DurationGuardName => name in DURATION_GUARDS,
  );
  const cases = [
    { slower: 1, listeners: 20_000, runs },
    { slower: 1.3, listeners: 30_000, runs: Math.ceil(runs / 4) },
    { slower: 2, listeners: 30_000, runs: Math.ceil(runs / 4) },
  ];
  const progress = createProgress(names.length * cases.reduce((sum, one) => sum + one.runs, 0));
  const rows = cases.flatMap((one, index) =>
    names.map((name) => {
      const found: number[] = [];
      for (let run = 0; run < one.runs; run += 1) {
        progress.step(`durations x${one.slower}, ${name}`);
        const treated = simulateDurations(createRandom((400 + index) * 1_000_003 + run), name, one);
        if (treated !== null) found.push(treated);
      }
      const median = found.toSorted((a, b) => a - b)[Math.floor(one.runs / 2)] ?? null;
      return { name, ...one, found: found.length, medianTreated: median };
    }),
  );
  progress.end();
  console.log('\nDurations, share 10 %, one page of each listener, looked at every 20; alpha 1 %\n');
  for (const row of rows) {
    const text =
      row.slower === 1
        ? `false alarms ${rateWithInterval(row.found, row.runs)} %`
        : `${row.medianTreated ?? 'not found'} treated at the median, found in ${row.found} of ${row.runs}`;
    console.log(`  x${row.slower}  ${row.name.padEnd(20)}${text}`);
  }
  return { durations: rows };
}

const result = {
  ...(parts.has('table') ? printTable() : {}),
  ...(parts.has('ramps') ? printRamps() : {}),
  ...(parts.has('margins') ? printMargins() : {}),
  ...(parts.has('durations') ? printDurations() : {}),
};
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
