import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createExperimentRunner } from '../../src/experiment/experiment-runner.ts';
import { did, openExperiments, served } from '../support/experiment-app.ts';
import { TESTER } from '../support/tester.ts';

const START = Date.parse('2026-11-21T14:00:00Z');
const MINUTE = 60_000;

async function bench() {
  const clock = { now: START };
  const now = () => clock.now;
  const app = await openExperiments(now);
  onTestFinished(app.close);
  const before = await app.split(50);
  const id = await app.start('playlist-error', ['page-duration']);
  const error = (fields: object) => expect.unreachable(JSON.stringify(fields));
  const runner = createExperimentRunner({ ...app, now, newId: randomUUID, log: { error } });
  /** 200 listeners more in each arm, a fifth of them with an error. */
  const listeners = () => {
    const events = [0, 1].flatMap((variation) =>
      Array.from({ length: 200 }, (_, place) => {
        const user = `${variation}-${place}-${clock.now}`;
        return [
          served(user, variation, clock.now, before + 1),
          ...(place % 5 === 0 ? [did(user, 'playlist-error', clock.now)] : []),
        ];
      }).flat(),
    );
    return app.write({ events });
  };
  const history = () => app.experiments.history(id);
  return { clock, app, id, runner, listeners, history };
}

test('the history begins with the first interval, and has the result as it was at each time', async () => {
  const { clock, runner, listeners, history } = await bench();
  await runner.tick();
  expect(await history()).toEqual([]);
  await listeners();
  await runner.tick();
  clock.now += 5 * MINUTE;
  await listeners();
  await runner.tick();
  const points = await history();
  expect(points).toMatchObject([
    { at: START, metric: 0, variation: 0, units: 400, effect: 0 },
    { at: START + 5 * MINUTE, units: 800 },
  ]);
  const [first, second] = points.map(({ lower, upper }) => upper - lower);
  expect(second).toBeLessThan(first!);
});

test('points are a minute apart, later a twenty-fourth of the age, and the stop is the last', async () => {
  const { clock, app, id, runner, listeners, history } = await bench();
  await listeners();
  for (let looks = 0; looks < 12 * 60; looks += 1) {
    await runner.tick();
    clock.now += MINUTE;
  }
  const times = (await history()).map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - times[index]!);
  expect(Math.min(...gaps)).toBe(MINUTE);
  expect(gaps.at(-1)).toBeGreaterThanOrEqual(28 * MINUTE);
  expect(times.length).toBeLessThan(120);
  await app.experiments.stop(TESTER, id);
  expect((await history()).at(-1)?.at).toBe(clock.now);
});
