import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shortOrLong } from '../../support/fault-rounds.ts';
import {
  MINIMUM_LISTENERS,
  SCENARIOS,
  scenarioRunner,
  type ScenarioRunner,
} from '../../support/release-scenarios.ts';
import { startedProgram } from '../../support/spawned-program.ts';

/** One program for all: before a test ends, everybody has the old version again. */
const folder = mkdtempSync(join(tmpdir(), 'dj-toggle-'));
let program: Awaited<ReturnType<typeof startedProgram>> | undefined;
let runner: ScenarioRunner;
beforeAll(async () => {
  program = await startedProgram({ AUTH: 'off', LOG_LEVEL: 'error', DATA_DIR: folder });
  runner = scenarioRunner(program.url);
}, 60_000);
afterAll(async () => {
  program?.child.kill('SIGKILL');
  await program?.exitCode;
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run bench:release` has 20 runs of these and others, and how long they take. Rare errors take long to find. */
const shown = SCENARIOS.filter(({ breaks, trips, fault }) => {
  const isRare = fault.errorRate !== undefined && fault.errorRate < 1;
  return breaks === 'running' && trips !== 'page-duration-shift' && !(isRare && shortOrLong(1, 0) === 1);
});

test.each(shown)(
  '$name: the release is rolled back, all listeners have the top 10 again, and the record says why',
  { timeout: 240_000 },
  async (scenario) => {
    const { release, decisions, seconds, failedPages } = await runner.breakdown(scenario);
    expect(release.state).toBe('rolled-back');
    expect(seconds).toBeDefined();
    expect(failedPages).toBe(0);
    expect(release.sentence).toContain(`${scenario.trips} got worse`);
    expect(decisions.map(({ action }) => action)).toEqual(['started', 'rolled-back']);
    const judgements = decisions.at(-1)?.record.judgements ?? [];
    expect(judgements.find(({ metric }) => metric === scenario.trips)).toMatchObject({ verdict: 'tripped' });
    for (const { listeners } of judgements) expect(listeners).toBeGreaterThanOrEqual(MINIMUM_LISTENERS);
    const guard = release.guards.find(({ metric }) => metric === scenario.trips);
    expect(guard?.sentence).toContain('harm');
  },
);

test('a healthy release under the same crowd completes', { timeout: 240_000 }, async () => {
  const { release, decisions, failedPages } = await runner.healthy([50, 100], '2s');
  expect(release.state).toBe('completed');
  expect(failedPages).toBe(0);
  expect(decisions.map(({ action }) => action).filter((action) => action !== 'held')).toEqual([
    'started',
    'advanced',
    'completed',
  ]);
});
