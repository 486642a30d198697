import { expect, test } from 'vitest';
import type { Context } from '../../src/evaluation/model.ts';
import { openFeatureContext } from '../../src/openfeature/context.ts';

test.each<[object, Context]>([
  [{ targetingKey: 'a' }, { kind: 'user', key: 'a' }],
  [{ key: 'a' }, { kind: 'user', key: 'a' }],
  [
    { targetingKey: 'a', key: 'b', plan: 'x', nested: { deep: [1, null] } },
    { kind: 'user', key: 'a', plan: 'x', nested: { deep: [1, null] } },
  ],
  [
    { kind: 'org', targetingKey: 'a', name: 'n', anonymous: true },
    { kind: 'org', key: 'a', name: 'n', anonymous: true },
  ],
  [
    { key: 'a', privateAttributes: ['email'] },
    { kind: 'user', key: 'a', _meta: { privateAttributes: ['email'] } },
  ],
  [
    {
      kind: 'multi',
      targetingKey: 'of nobody',
      user: { targetingKey: 'a', plan: 'x' },
      org: { key: 'o', kind: 'org', privateAttributes: ['p'] },
    },
    {
      kind: 'multi',
      user: { key: 'a', plan: 'x' },
      org: { key: 'o', _meta: { privateAttributes: ['p'] } },
    },
  ],
])('%j is %j', (given, context) => {
  expect(openFeatureContext(given)).toEqual({ outcome: 'context', context });
});

test.each<[unknown, string, RegExp]>([
  [{}, 'TARGETING_KEY_MISSING', /targetingKey.*got nothing/],
  [{ targetingKey: '' }, 'TARGETING_KEY_MISSING', /not empty, got ""/],
  [{ targetingKey: 5 }, 'TARGETING_KEY_MISSING', /got 5/],
  [undefined, 'INVALID_CONTEXT', /must be an object, got nothing/],
  [{ targetingKey: 'a', kind: 'a b' }, 'INVALID_CONTEXT', /expected kind to be.*got "a b"/],
  [{ targetingKey: 'a', kind: 5 }, 'INVALID_CONTEXT', /expected kind to be.*got 5/],
  [{ targetingKey: 'a', privateAttributes: 'x' }, 'INVALID_CONTEXT', /list of names/],
  [{ kind: 'multi' }, 'INVALID_CONTEXT', /1 to 100 kinds/],
  [{ kind: 'multi', user: 'a' }, 'INVALID_CONTEXT', /expected user to be an object, got "a"/],
  [{ kind: 'multi', user: { plan: 'x' } }, 'INVALID_CONTEXT', /expected user\.key to be/],
])('%j is refused: %s', (given, errorCode, errorDetails) => {
  expect(openFeatureContext(given)).toEqual({
    outcome: 'refused',
    errorCode,
    errorDetails: expect.stringMatching(errorDetails) as string,
  });
});
