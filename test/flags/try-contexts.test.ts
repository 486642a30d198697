import { expect, test } from 'vitest';
import { tryContexts } from '../../src/flags/try-contexts.ts';

const seen = Array.from({ length: 500 }, (_, index) => ({
  context: { kind: 'user', key: `user-${index}` },
  lastSeenAt: 0,
}));

test('contexts are tried in turns, and no more than fit into a second', async () => {
  let now = 0;
  const tried: unknown[] = [];
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  const count = await tryContexts(
    seen,
    (context) => {
      tried.push(context);
      now += 4;
    },
    () => now,
  );
  clearInterval(others);
  expect(count).toBe(tried.length);
  expect(count).toBeGreaterThanOrEqual(250);
  expect(count).toBeLessThan(260);
  expect(turns).toBeGreaterThan(0);
});

test('a cheap draft is tried on all', async () => {
  expect(await tryContexts(seen, () => {}, Date.now)).toBe(500);
});
