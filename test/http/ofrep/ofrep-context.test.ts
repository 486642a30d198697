import { expect, test } from 'vitest';
import { ofrepContext } from '../../../src/http/ofrep/ofrep-context.ts';
import { launchDarklyContext } from '../../../src/library/openfeature/launchdarkly-context.ts';

test.each([
  { targetingKey: 'a' },
  { key: 'a' },
  { targetingKey: 'a', key: 'b', plan: 'x', nested: { deep: [1, null] } },
  { kind: 'org', targetingKey: 'a', name: 'n', anonymous: true },
  { kind: 'user', key: 'a', privateAttributes: ['email'] },
  { kind: 'multi', user: { targetingKey: 'a', plan: 'x' }, org: { key: 'o', privateAttributes: ['p'] } },
])('%j means the same here and in the library', (context) => {
  expect(ofrepContext({ context })).toEqual({ outcome: 'context', context: launchDarklyContext(context) });
});
