import { expect, test } from 'vitest';
import { MINIMUM_LISTENERS, SCENARIOS, scenarioRunner } from '../../support/release-scenarios.ts';
import { spawnRunningProgram } from '../../support/spawned-program.ts';

/** On the running program; `npm run bench:release` has 20 runs of these and others, and how long they take. */
const runner = async () =>
  scenarioRunner((await spawnRunningProgram({ AUTH: 'off', LOG_LEVEL: 'error' })).url);

const shown = SCENARIOS.filter(
  ({ breaks, trips }) => breaks === 'running' && trips !== 'page-duration-shift',
);

test.each(shown)(
  '$name: the release is rolled back, all listeners have the top 10 again, and the record says why',
  { timeout: 120_000 },
  async (scenario) => {
    const { release, decisions, seconds, failedPages } = await (await runner()).breakdown(scenario);
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

test('a healthy release under the same crowd completes', { timeout: 120_000 }, async () => {
  const { release, decisions, failedPages } = await (await runner()).healthy();
  expect(release.state).toBe('completed');
  expect(failedPages).toBe(0);
  expect(decisions.map(({ action }) => action).filter((action) => action !== 'held')).toEqual([
    'started',
    'advanced',
    'advanced',
    'completed',
  ]);
});
