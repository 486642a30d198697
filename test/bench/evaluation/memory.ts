/**
 * How much memory a compiled flag takes beside its definition: `npm run bench:compiled`. 10,000 flags of each scenario of
 * `bench:evaluation`, no two equal, each scenario in a process of its own.
 */
import { execFileSync } from 'node:child_process';
import { createEvaluator } from '../../../src/evaluation/create-evaluator.ts';
import { SCENARIOS, launchDarklyFlags, launchDarklySegments } from './scenarios.ts';

const FLAGS = 10_000;
const scenario = SCENARIOS.find((name) => name === process.argv[2]);

function heapUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

if (scenario === undefined) {
  const bytes = SCENARIOS.map((name) =>
    Number(execFileSync(process.execPath, ['--expose-gc', import.meta.filename, name], { encoding: 'utf8' })),
  );
  SCENARIOS.forEach((name, index) => console.log(`${name.padEnd(16)} ${bytes[index]} bytes per flag`));
  console.log(
    `average          ${Math.round(bytes.reduce((sum, one) => sum + one, 0) / bytes.length)} bytes per flag`,
  );
} else {
  const set = { flags: launchDarklyFlags(scenario, FLAGS), segments: launchDarklySegments() };
  const before = heapUsed();
  const evaluator = createEvaluator(set);
  const used = heapUsed() - before;
  // The evaluator is still used, so that it is not collected before it is measured.
  console.log(evaluator.has('flag-0') ? Math.round(used / FLAGS) : Number.NaN);
}
