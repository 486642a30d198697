import { afterEach, beforeEach, expect, test } from 'vitest';
import { did, type ExperimentApp, openExperiments } from '../../support/experiment-app.ts';
import { TESTER } from '../../support/tester.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const HERE = { project: 'default', environment: 'production' };
let app: ExperimentApp;

beforeEach(async () => {
  app = await openExperiments(() => NOW);
  await app.split(50);
  const common = {
    event_key: 'listen',
    name: 'seconds',
    direction: 'up',
    window_hours: null,
    cap: null,
  } as const;
  await app.definitions.put(TESTER, HERE, 'seconds', { kind: 'sum', ...common });
  await app.definitions.put(TESTER, HERE, 'length', { kind: 'mean', ...common });
  await app.definitions.put(TESTER, HERE, 'times', { kind: 'count', ...common });
});
afterEach(() => app.close());

async function capsAtStart() {
  const id = await app.start('seconds', ['length', 'times', 'play']);
  const { metrics = [] } = (await app.experiments.get(id)) ?? {};
  return Object.fromEntries(metrics.map((metric) => [metric.key, 'cap' in metric ? metric.cap : undefined]));
}

test('caps are frozen at the 99th percentile of the last seven days: by listener, and of a mean by event', async () => {
  // Listener n listens twice, n seconds each: 2, 4 … 400 in all. What was a week ago does not count.
  const events = Array.from({ length: 200 }, (_, place) => [
    did(`user-${place}`, 'listen', NOW - DAY, place + 1),
    did(`user-${place}`, 'listen', NOW - 1, place + 1),
    did(`user-${place}`, 'listen', NOW - 7 * DAY - 1, 1_000_000),
  ]).flat();
  await app.write({ events });
  expect(await capsAtStart()).toEqual({
    seconds: expect.closeTo(396.02, 9),
    length: expect.closeTo(198.01, 9),
    times: 2,
    // The site's own has a cap already.
    play: 100,
  });
});

test('of fewer than 100 listeners there is no cap', async () => {
  await app.write({
    events: Array.from({ length: 99 }, (_, place) => did(`user-${place}`, 'listen', NOW - 1, place)),
  });
  expect(await capsAtStart()).toEqual({ seconds: null, length: null, times: null, play: 100 });
});
