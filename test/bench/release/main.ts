/**
 * From a fault in the new version to the last listener back on the old one, on the running program with a crowd of 50 new
 * listeners a second at a share of 25 %: `npm run bench:release`. Options: `--runs 20`, `--only TEXT` (of a scenario's name,
 * or `healthy`). A run that ends otherwise than it must is printed and makes the exit code 1.
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

/** What a run says that did not end as it had to; undefined: it did. */
function unexpectedOf({ trips }: Scenario, result: ScenarioResult): string | undefined {
  const { release, decisions, seconds, failedPages } = result;
  const tripped = decisions.at(-1)?.record.judgements?.filter(({ verdict }) => verdict === 'tripped') ?? [];
  const isExplained =
    release.state === 'rolled-back' &&
    release.sentence.includes(trips) &&
    tripped.some(({ metric }) => metric === trips) &&
    tripped.every(({ listeners }) => listeners >= MINIMUM_LISTENERS);
  if (isExplained && seconds !== undefined && failedPages === 0) return undefined;
  return `not as expected: ${JSON.stringify({ release, seconds, failedPages })}`;
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

async function measure(scenario: Scenario): Promise<void> {
  const toVerdict: number[] = [];
  const toLastBack: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const result = await breakdown(scenario);
    const unexpected = unexpectedOf(scenario, result);
    if (unexpected !== undefined) {
      console.log(`  ${scenario.name}, ${run + 1} of ${runs}: ${unexpected}`);
      process.exitCode = 1;
      continue;
    }
    const { secondsToVerdict, perSecond, shareOnNew, release } = result;
    toVerdict.push(secondsToVerdict);
    toLastBack.push(result.seconds ?? Number.NaN);
    console.log(
      `  ${scenario.name}, ${run + 1} of ${runs}: decided after ${seconds(secondsToVerdict)}, the last listener back after ${seconds(toLastBack.at(-1) ?? Number.NaN)}; ${perSecond.toFixed(1)} new listeners a second, ${(100 * shareOnNew).toFixed(0)} % of them on the new version`,
    );
    if (run === 0)
      console.log(`  “${release.sentence}” ${release.guards.map(({ sentence }) => sentence).join(' ')}`);
  }
  report({ name: `${scenario.name}: from the fault to the decision`, unit: 's', values: toVerdict });
  report({
    name: `${scenario.name}: from the fault to the last listener back`,
    unit: 's',
    values: toLastBack,
    ...(scenario.goal === undefined ? {} : { goal: { atMost: scenario.goal } }),
  });
}

async function measureHealthy(): Promise<void> {
  const completed: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { release } = await healthy([25, 50, 100], '3s');
    console.log(`  healthy, ${run + 1} of ${runs}: ${release.state}`);
    completed.push(Number(release.state === 'completed'));
  }
  report({
    name: 'healthy releases that completed',
    unit: 'ratio',
    values: [completed.reduce((sum, each) => sum + each, 0) / runs],
    goal: { atLeast: 0.95 },
  });
}

try {
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(values.only))) await measure(scenario);
  if ('healthy'.includes(values.only)) await measureHealthy();
} finally {
  await program.stop();
}
