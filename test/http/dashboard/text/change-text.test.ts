import { describe, expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import { changeText } from '../../../../src/http/dashboard/text/change-text.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

describe('a change in words', () => {
  const flag = PROGRESSIVE_ROLLOUT;
  const cases: readonly (readonly [Partial<Flag>, string])[] = [
    [{ on: false }, 'turned it off'],
    [{ fallthrough: { variation: 0 } }, 'changed the rollout from 0\u00a0% to 100\u00a0%'],
    [{ fallthrough: {} }, 'changed the default rule'],
    [{ targets: [{ variation: 0, values: ['a', 'b', 'c', 'd'] }] }, 'targeted a, b, c and 1 more with true'],
    [
      {
        targets: [
          { variation: 0, values: ['a'] },
          { variation: 1, values: ['b'] },
        ],
      },
      'changed the targets',
    ],
    [
      { rules: [], prerequisites: [{ key: 'x', variation: 0 }] },
      'changed the rules, changed the prerequisites',
    ],
    [
      { variations: [false, true], offVariation: 0, fallthrough: { variation: 0 } },
      'changed the variations, changed what is served while off',
    ],
    [
      { clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true } },
      'changed who sees it: browser and mobile SDKs as well',
    ],
    [{ salt: 'other' }, 'changed the definition'],
  ];

  test.each(cases)('%o', async (change, words) => {
    const store = await createMemoryStore({
      now: () => 0,
      seedFlags: { flags: { [flag.key]: flag }, segments: {} },
    });
    await store.change(
      { id: 'a', via: 'api' },
      {
        type: 'put-flag',
        environment: DEFAULT_ENVIRONMENT,
        key: flag.key,
        definition: { ...flag, ...change },
      },
    );
    const [entry] = await store.audit({ limit: 1 });
    expect(entry && changeText(entry)).toContain(words);
    await store.undo({ id: 'a', via: 'api' }, entry?.id ?? 0);
    const [undone] = await store.audit({ limit: 1 });
    expect(undone && changeText(undone)).toMatch(new RegExp(`^undid change ${entry?.id}: `));
  });

  test('a name that is gone is said to be gone', async () => {
    const named = { ...flag, targets: [{ variation: 0, values: ['alice'] }] };
    const store = await createMemoryStore({
      now: () => 0,
      seedFlags: { flags: { [flag.key]: named }, segments: {} },
    });
    await store.change(
      { id: 'a', via: 'api' },
      { type: 'put-flag', environment: DEFAULT_ENVIRONMENT, key: flag.key, definition: flag },
    );
    const [entry] = await store.audit({ limit: 1 });
    expect(entry && changeText(entry)).toBe('no longer targets alice');
  });
});
