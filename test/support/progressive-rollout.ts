import type { Flag, SingleContext } from '../../src/evaluation/model.ts';

/** The site's own flag: beta testers get the full playlist, all others the top 10. */
export const progressiveRollout = (changes: Partial<Flag> = {}): Flag => ({
  key: 'progressive-rollout',
  version: 1,
  on: true,
  salt: 'progressive-rollout',
  variations: [false, true],
  offVariation: 0,
  fallthrough: { variation: 0 },
  rules: [
    {
      id: 'beta-testers',
      clauses: [{ contextKind: 'user', attribute: 'groups', op: 'in', values: ['beta_testers'] }],
      variation: 1,
    },
  ],
  ...changes,
});

export const betaTester: SingleContext = { kind: 'user', key: 'alice', groups: ['beta_testers'] };
export const passerBy: SingleContext = { kind: 'user', key: 'bob', groups: [] };
