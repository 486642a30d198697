import { expect, test } from 'vitest';
import type { Flag } from '../../../../src/evaluation/model.ts';
import { flagShare } from '../../../../src/http/dashboard/flag/flag-share.ts';
import { PROGRESSIVE_ROLLOUT } from '../../../support/site-app.ts';

const shares: readonly (readonly [Partial<Flag>, object])[] = [
  [{ fallthrough: { variation: 0 } }, { kind: 'share', percentage: 100 }],
  [{ fallthrough: { variation: 1 } }, { kind: 'share', percentage: 0 }],
  [
    {
      fallthrough: {
        rollout: {
          variations: [
            { variation: 1, weight: 99_999 },
            { variation: 0, weight: 1 },
          ],
        },
      },
    },
    { kind: 'share', percentage: 0.001 },
  ],
  [
    { fallthrough: { rollout: { kind: 'experiment', variations: [{ variation: 0, weight: 100_000 }] } } },
    { kind: 'other' },
  ],
  [{ fallthrough: {} }, { kind: 'other' }],
  [{ variations: ['a', 'b'] }, { kind: 'other' }],
];
test.each(shares)('the fader of %o shows %o', (change, share) => {
  expect(flagShare({ ...PROGRESSIVE_ROLLOUT, ...change })).toMatchObject(share);
});
