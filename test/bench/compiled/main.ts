/**
 * How much memory a compiled flag takes beside its definition: `npm run bench:compiled`. 10,000 flags of each scenario of
 * `bench:evaluation`, no two equal, each scenario in a process of its own.
 */
import { execFileSync } from 'node:child_process';
import { createEvaluator } from '../../../src/evaluation/create-evaluator.ts';
import { SCENARIOS, launchDarklyFlags, launchDarklySegments } from '../evaluation/scenarios.ts';
import { report } from '../support/figures.ts';

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
  for (const [index, name] of SCENARIOS.entries())
    report({ name: `a flag, ${name}`, unit: 'bytes', values: bytes.slice(index, index + 1) });
  const average = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
  report({ name: 'a flag, average', unit: 'bytes', values: [average], goal: { atMost: 1_500 } });
} else {
  const set = { flags: launchDarklyFlags(scenario, FLAGS), segments: launchDarklySegments() };
  const before = heapUsed();
  const evaluator = createEvaluator(set);
  const used = heapUsed() - before;
  // The evaluator is still used, so that it is not collected before it is measured.
  console.log(evaluator.has('flag-0') ? Math.round(used / FLAGS) : Number.NaN);
}
