import { expect, test } from 'vitest';
import { createEvaluator } from '../../../../src/evaluation/create-evaluator.ts';
import type { Flag } from '../../../../src/evaluation/model.ts';
import { listenerMeters } from '../../../../src/http/dashboard/meters/listener-meters.ts';
import { DEFAULT_ENVIRONMENT } from '../../../../src/store/store.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const CHANGED_AT = '2025-03-17T14:00:00.000Z';

function metersOf(change: Partial<Flag>, seen: readonly (readonly [key: string, secondsAfter: number])[]) {
  const definition: Flag = { ...PROGRESSIVE_ROLLOUT, ...change };
  const record = {
    kind: 'flag',
    key: definition.key,
    version: 1,
    description: null,
    tags: [],
    createdAt: CHANGED_AT,
    updatedAt: CHANGED_AT,
    definition,
  } as const;
  const flags = new Map([[definition.key, record]]);
  const evaluator = createEvaluator({ flags: { [definition.key]: definition }, segments: {} });
  const snapshot = { environment: DEFAULT_ENVIRONMENT, sequence: 1, flags, segments: new Map(), evaluator };
  const contexts = seen.map(([key, seconds]) => ({
    context: { kind: 'user', key, ...(key.startsWith('beta') ? { groups: ['beta_testers'] } : {}) },
    lastSeenAt: Date.parse(CHANGED_AT) + seconds * 1_000,
  }));
  return listenerMeters(record, snapshot, contexts);
}

test('listeners are counted once each since the last change, by variation and by the step that decided', () => {
  const meters = metersOf({ targets: [{ variation: 0, values: ['alice'] }] }, [
    ['alice', 1],
    ['beta-1', 2],
    ['beta-2', 0],
    ['bob', 3],
    ['early', -1],
  ]);
  expect(meters.total).toBe(4);
  expect(meters.steps).toEqual({ 'target-0': 1, 'rule-0': 2, default: 1 });
  expect(meters.levels).toEqual([
    {
      variation: 0,
      text: 'true',
      colour: 'treatment',
      count: 3,
      shareText: '75\u00a0%',
      lit: 75,
    },
    {
      variation: 1,
      text: 'false',
      colour: 'control',
      count: 1,
      shareText: '25\u00a0%',
      lit: 25,
    },
  ]);
});

test.each<readonly [Partial<Flag>, string]>([
  [{ on: false }, 'off'],
  [{ prerequisites: [{ key: 'gone', variation: 0 }] }, 'prerequisite-gone'],
  [
    {
      contextTargets: [
        { contextKind: 'user', variation: 1, values: [] },
        { contextKind: 'user', variation: 0, values: ['bob'] },
      ],
      targets: [],
    },
    'default',
  ],
  [{ fallthrough: {} }, 'error'],
])('a listener of a flag with %o is counted at %s', (change, step) => {
  expect(metersOf(change, [['bob', 1]]).steps).toEqual({ [step]: 1 });
});

test('without listeners each variation has an empty meter', () => {
  const { total, levels } = metersOf({}, []);
  expect([total, ...levels.map(({ shareText, lit }) => `${shareText} ${lit}`)]).toEqual([0, '– 0', '– 0']);
});
