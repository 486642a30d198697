import { describe, expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import type { ShownVariation } from '../../../../src/http/dashboard/text/value-text.ts';
import { whoGetsWhat } from '../../../../src/http/dashboard/text/who-gets-what.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

describe('who gets what', () => {
  const say = (serves: readonly ShownVariation[]): string =>
    serves.map(({ share, text, colour }) => [share, text, colour].filter(Boolean).join(' ')).join(', ');
  const linesOf = (flag: Flag) => {
    const { before, targeted, after } = whoGetsWhat(
      flag,
      (key) => (key === 'other' ? PROGRESSIVE_ROLLOUT : undefined),
      2,
    );
    return [
      ...before.map(({ who, serves }) => `${who}: ${say(serves)}`),
      ...targeted.map(({ users, more, served }) => `${users.join(' and ')} and ${more}: ${say([served])}`),
      ...after.map(({ who, serves }) => `${who}: ${say(serves)}`),
    ];
  };

  test('is in the order of evaluation', () => {
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
      'everyone not matched above: 0.5\u00a0% true treatment, 99.5\u00a0% false control',
      'Everyone else: false control',
    ]);
  });
});
