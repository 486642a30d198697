import { describe, expect, test } from 'vitest';
import type { Clause, Flag } from '../../../src/evaluation/model.ts';
import { changeText } from '../../../src/http/dashboard/text/change-words.ts';
import { clauseText } from '../../../src/http/dashboard/text/clause-words.ts';
import { momentOf } from '../../../src/http/dashboard/text/moment.ts';
import { valueText, type Serving } from '../../../src/http/dashboard/text/value-words.ts';
import { whoGetsWhat } from '../../../src/http/dashboard/text/who-gets-what.ts';
import { createMemoryStore } from '../../../src/store/memory-store.ts';
import { DEFAULT_ENVIRONMENT } from '../../../src/store/store.ts';
import { PROGRESSIVE_ROLLOUT } from '../../support/site-app.ts';

describe('a clause in words', () => {
  const cases: readonly (readonly [Clause, string])[] = [
    [{ attribute: 'groups', op: 'in', values: ['beta_testers'] }, 'groups is one of beta_testers'],
    [{ attribute: 'country', op: 'in', values: ['DE', 'FR'], negate: true }, 'country is none of DE, FR'],
    [{ attribute: 'email', op: 'endsWith', values: ['@example.com'] }, 'email ends with @example.com'],
    [{ attribute: 'name', op: 'contains', values: ['a b'] }, 'name contains "a b"'],
    [{ attribute: 'age', op: 'greaterThanOrEqual', values: [18] }, 'age is at least 18'],
    [{ attribute: 'os', op: 'in', values: ['ios'], contextKind: 'device' }, 'the device’s os is one of ios'],
    [{ attribute: '', op: 'segmentMatch', values: ['staff'] }, 'in the segment staff'],
    [{ attribute: '', op: 'segmentMatch', values: ['staff'], negate: true }, 'not in the segment staff'],
    [{ attribute: 'plan', op: 'in', values: [] }, 'plan is one of nothing'],
    [
      { attribute: 'id', op: 'in', values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
      'id is one of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more',
    ],
  ];
  test.each(cases)('%o', (clause, words) => {
    expect(clauseText(clause)).toBe(words);
  });
});

describe('a value on one line', () => {
  test.each([
    [true, 'true'],
    ['neon', 'neon'],
    ['two words', '"two words"'],
    [{ a: [1] }, '{"a":[1]}'],
    ['x'.repeat(50), `${'x'.repeat(39)}…`],
    [undefined, 'a variation that does not exist'],
  ])('%j is %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });
});

describe('who gets what', () => {
  const say = (serves: readonly Serving[]): string =>
    serves.map(({ share, text, colour }) => [share, text, colour].filter(Boolean).join(' ')).join(', ');
  const linesOf = (flag: Flag) => {
    const { before, named, after } = whoGetsWhat(
      flag,
      (key) => (key === 'other' ? PROGRESSIVE_ROLLOUT : undefined),
      2,
    );
    return [
      ...before.map(({ who, serves }) => `${who}: ${say(serves)}`),
      ...named.map(({ users, more, serving }) => `${users.join(' and ')} and ${more}: ${say([serving])}`),
      ...after.map(({ who, serves }) => `${who}: ${say(serves)}`),
    ];
  };

  test('is told in the order in which it is asked', () => {
    expect(
      linesOf({
        ...PROGRESSIVE_ROLLOUT,
        prerequisites: [
          { key: 'other', variation: 0 },
          { key: 'gone', variation: 0 },
        ],
        targets: [
          { variation: 0, values: ['a', 'b', 'c'] },
          { variation: 1, values: [] },
        ],
        contextTargets: [{ contextKind: 'device', variation: 1, values: ['d'] }],
        rules: [
          {
            clauses: [
              { attribute: 'x', op: 'in', values: [1] },
              { attribute: 'y', op: 'in', values: [2] },
            ],
            variation: 0,
          },
          {
            clauses: [],
            rollout: {
              variations: [
                { variation: 0, weight: 500 },
                { variation: 1, weight: 99_500 },
              ],
            },
          },
        ],
      }),
    ).toEqual([
      'Everyone for whom other does not serve true: false control',
      'Everyone for whom gone, which does not exist, is not met: false control',
      'a and b and 1: true treatment',
      'The device d: false control',
      'x is one of 1, and y is one of 2: true treatment',
      'everyone who gets this far: 0.5\u00a0% true treatment, 99.5\u00a0% false control',
      'Everyone else: false control',
    ]);
  });
});

describe('a change in words', () => {
  const flag = PROGRESSIVE_ROLLOUT;
  const cases: readonly (readonly [Partial<Flag>, string])[] = [
    [{ on: false }, 'turned it off'],
    [{ fallthrough: { variation: 0 } }, 'moved the fader from 0\u00a0% to 100\u00a0%'],
    [{ fallthrough: {} }, 'changed the default rule'],
    [{ targets: [{ variation: 0, values: ['a', 'b', 'c', 'd'] }] }, 'named a, b, c and 1 more for true'],
    [
      {
        targets: [
          { variation: 0, values: ['a'] },
          { variation: 1, values: ['b'] },
        ],
      },
      'changed who is named',
    ],
    [
      { rules: [], prerequisites: [{ key: 'x', variation: 0 }] },
      'changed the rules, changed the prerequisites',
    ],
    [
      { variations: [false, true], offVariation: 0, fallthrough: { variation: 0 } },
      'changed the variations, changed what is served while off',
    ],
    [{ salt: 'other' }, 'changed the definition'],
  ];

  test.each(cases)('%o', async (change, words) => {
    const store = createMemoryStore({ now: () => 0, seed: { flags: { [flag.key]: flag }, segments: {} } });
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
    const store = createMemoryStore({ now: () => 0, seed: { flags: { [flag.key]: named }, segments: {} } });
    await store.change(
      { id: 'a', via: 'api' },
      { type: 'put-flag', environment: DEFAULT_ENVIRONMENT, key: flag.key, definition: flag },
    );
    const [entry] = await store.audit({ limit: 1 });
    expect(entry && changeText(entry)).toBe('no longer names alice');
  });
});

test.each([
  ['2025-03-17T14:03:12.500Z', '14:03:12 UTC'],
  ['2025-03-16T23:59:59.000Z', '16 Mar 2025, 23:59 UTC'],
])('%s is shown as %s on the day of the talk', (iso, text) => {
  expect(momentOf(iso, Date.parse('2025-03-17T20:00:00Z'))).toEqual({ iso, text });
});
