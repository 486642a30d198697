/**
 * What an experiment's statistics hold, by simulation: `npm run bench:experiments`.
 * Options: `--runs 2000`, `--units 10000` (of both arms, of each A/A experiment), `--json FILE`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { simulateCuped } from '../../support/simulation/covariate.ts';
import { METRIC_MODELS, simulateAa, simulatePhases } from '../../support/simulation/experiments.ts';
import { createProgress } from '../../support/simulation/progress.ts';
import { createRandom } from '../../../src/experiment/statistics/random.ts';
import { simulateSampleRatio } from '../../support/simulation/sample-ratio.ts';
import { report } from '../support/figures.ts';
import { rateWithInterval } from '../guard/cells.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    units: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
});

function wholeNumber(option: 'runs' | 'units'): number {
  const number = Number(values[option]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${option}: expected a whole number from 1, got ${values[option]}`);
}

const runs = wholeNumber('runs');
const units = wholeNumber('units');

const aaCells = Object.entries(METRIC_MODELS).flatMap(([metric, model]) =>
  [0.5, 0.1].map((share) => ({ metric, model, setting: { share, batch: 100, units } })),
);
const progress = createProgress(runs * (aaCells.length + 1));

console.log(`A/A: ${runs} experiments of ${units} units, looked at every 100; alpha 5 %`);
console.log(
  '0 was ever excluded, in % [95 %]: as shown (gate, difference and Fieller lift) | delta-method lift | no gate\n',
);
const aa = aaCells.map(({ metric, model, setting }, index) => {
  const excluded = { shown: 0, deltaMethodLift: 0, ungated: 0 };
  for (let run = 0; run < runs; run += 1) {
    progress.step(`A/A ${metric}`);
    const found = simulateAa(createRandom((500 + index) * 1_000_003 + run), model, setting);
    if (found.shown) excluded.shown += 1;
    if (found.deltaMethodLift) excluded.deltaMethodLift += 1;
    if (found.ungated) excluded.ungated += 1;
  }
  const weights = setting.share === 0.5 ? '50/50' : '90/10';
  const rates = [excluded.shown, excluded.deltaMethodLift, excluded.ungated].map((k) =>
    rateWithInterval(k, runs),
  );
  console.log(`  ${metric.padEnd(42)}${weights}  ${rates.join(' | ')}`);
  return { metric, weights, runs, ...excluded };
});

const phases = { runs, combined: 0, pooled: 0 };
for (let run = 0; run < runs; run += 1) {
  progress.step('A/A phases');
  const found = simulatePhases(createRandom(600 * 1_000_003 + run), 5_000);
  if (found.combined) phases.combined += 1;
  if (found.pooled) phases.pooled += 1;
}
progress.end();
console.log('\nA/A in three phases (5, 20, 50 %) while the rate drifts from 5 to 12 %, in % [95 %]');
console.log(`  phases combined  ${rateWithInterval(phases.combined, runs)}`);
console.log(`  totals pooled    ${rateWithInterval(phases.pooled, runs)}`);

const ratios = [
  { share: 0.5, listeners: 200_000 },
  { share: 0.51, listeners: 100_000 },
  { share: 0.505, listeners: 200_000 },
].map(({ share, listeners }, index) => {
  let found = 0;
  for (let run = 0; run < runs; run += 1) {
    if (simulateSampleRatio(createRandom((700 + index) * 1_000_003 + run), share, listeners) !== null)
      found += 1;
  }
  return { share, listeners, runs, found };
});
console.log('\nSample ratio planned 50/50, tested every 500 listeners; alpha 1 %; found wrong, in % [95 %]');
for (const { share, listeners, found } of ratios) {
  console.log(`  true share ${100 * share} %, by ${listeners} listeners  ${rateWithInterval(found, runs)}`);
}

const cupedRows = [0.7, 0].map((correlation) => ({
  correlation,
  // The variance of so many differences is known to about 1 %.
  ...simulateCuped(createRandom(800), { runs: 25 * runs, unitsPerArm: 200, correlation }),
}));
console.log('\nCUPED, 200 units in each arm: variance that is left');
for (const { correlation, estimated, actual } of cupedRows) {
  console.log(
    `  correlation ${correlation}: estimated ${estimated.toFixed(4)}, of the differences ${actual.toFixed(4)}`,
  );
}

for (const { metric, weights, shown } of aa) {
  report({
    name: `false positives at alpha 5 %, ${metric}, ${weights}`,
    unit: 'ratio',
    values: [shown / runs],
    goal: { atMost: 0.05 },
  });
}
for (const { correlation, actual } of cupedRows) {
  report({
    name: `variance left by CUPED, correlation ${correlation}`,
    unit: 'ratio',
    values: [actual],
    goal: { atMost: correlation === 0 ? 1.02 : 0.52 },
  });
}
for (const { share, listeners, found } of ratios) {
  report({
    name: `sample ratio found wrong, true share ${share}, by ${listeners} listeners`,
    unit: 'ratio',
    values: [found / runs],
    goal: share === 0.5 ? { atMost: 0.01 } : { atLeast: 0.8 },
  });
}

if (values.json !== undefined) {
  const result = { aa, phases, sampleRatio: ratios, cuped: cupedRows };
  writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
}
