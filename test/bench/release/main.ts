/**
 * From a fault in the new version to the last listener back on the old one, on the running program with a crowd of 50 new
 * listeners a second at a share of 25 %: `npm run bench:release`. Options: `--runs 20`, `--only TEXT` (of a scenario's name).
 */
import { parseArgs } from 'node:util';
import {
  MINIMUM_LISTENERS,
  SCENARIOS,
  type Scenario,
  type ScenarioResult,
  scenarioRunner,
} from '../../support/release-scenarios.ts';
import { report } from '../support/figures.ts';
import { startDjToggle } from '../support/programs.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, only: { type: 'string', default: '' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`--runs: expected a whole number, got ${values.runs}`);

const program = await startDjToggle({ env: { AUTH: 'off' } });
const { breakdown, healthy } = scenarioRunner(program.url);

/** @throws when a run did not end as it had to, with what it said */
function check({ trips }: Scenario, { release, decisions, seconds, failedPages }: ScenarioResult): number {
  const last = decisions.at(-1);
  const tripped = last?.record.judgements?.filter(({ verdict }) => verdict === 'tripped') ?? [];
  const isExplained =
    release.state === 'rolled-back' &&
    release.sentence.includes(trips) &&
    tripped.some(({ metric }) => metric === trips) &&
    tripped.every(({ listeners }) => listeners >= MINIMUM_LISTENERS);
  if (!isExplained || seconds === undefined || failedPages > 0)
    throw new Error(`not as expected: ${JSON.stringify({ release, seconds, failedPages })}`);
  return seconds;
}

try {
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(values.only))) {
    const seconds: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const result = await breakdown(scenario);
      seconds.push(check(scenario, result));
      console.log(`  ${scenario.name}, ${run + 1} of ${runs}: ${seconds.at(-1)?.toFixed(2)} s`);
      if (run === 0)
        console.log(
          `  “${result.release.sentence}” ${result.release.guards.map(({ sentence }) => sentence).join(' ')}`,
        );
    }
    report({
      name: `${scenario.name}: from the fault to the last listener back`,
      unit: 's',
      values: seconds,
      ...(scenario.goal === undefined ? {} : { goal: { atMost: scenario.goal } }),
    });
  }
  const completed: number[] = [];
  for (let run = 0; run < runs && values.only === ''; run += 1) {
    const { release } = await healthy();
    console.log(`  healthy, ${run + 1} of ${runs}: ${release.state}`);
    completed.push(Number(release.state === 'completed'));
  }
  if (completed.length > 0)
    report({
      name: 'healthy releases that completed',
      unit: 'ratio',
      values: [completed.reduce((sum, each) => sum + each, 0) / runs],
      goal: { atLeast: 0.95 },
    });
} finally {
  await program.stop();
}
