import { expect, test } from 'vitest';
import { coalesce } from '../../src/shared/coalesce.ts';

test('calls while the task runs share one more run, which the first call does not wait for', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let runs = 0;
  const ask = coalesce(async () => {
    const run = runs++;
    await gates[run]?.promise;
    return run;
  });
  const [first, second, third] = [ask(), ask(), ask()];
  gates[0]?.resolve();
  expect(await first).toBe(0);
  gates[1]?.resolve();
  expect(await Promise.all([second, third])).toEqual([1, 1]);
});

test('a call after one that failed has a run of its own', async () => {
  const outcomes = ['away', 'here'];
  const ask = coalesce(async () => {
    const outcome = outcomes.shift();
    if (outcome === 'away') throw new Error(outcome);
    return outcome;
  });
  const [first, second] = [ask(), ask()];
  await expect(first).rejects.toThrow('away');
  expect(await second).toBe('here');
});
