import { expect, test } from 'vitest';
import { runInSlices } from '../../src/shared/run-in-slices.ts';

/** Work whose every step takes a millisecond of a clock that only it moves. */
function workOf(steps: number) {
  const time = { now: 0 };
  function* work(): Generator<void, number, boolean | undefined> {
    for (let step = 1; step <= steps; step += 1) {
      time.now += 1;
      if ((yield) === true) return step;
    }
    return steps;
  }
  return { work: work(), clock: () => time.now };
}

test('others have their turn after every slice', async () => {
  const { work, clock } = workOf(100);
  const turns: number[] = [];
  let last = 0;
  const other = setInterval(() => {}, 1_000);
  const look = (): void => {
    turns.push(clock() - last);
    last = clock();
    if (last < 100) setImmediate(look);
  };
  setImmediate(look);
  expect(await runInSlices(work, { clock, sliceMs: 5, limitMs: 1_000 })).toBe(100);
  clearInterval(other);
  expect(Math.max(...turns)).toBeLessThanOrEqual(6);
});

test('work is stopped at its limit, and answers with what it has', async () => {
  const { work, clock } = workOf(1_000);
  expect(await runInSlices(work, { clock, sliceMs: 5, limitMs: 50 })).toBe(50);
});
