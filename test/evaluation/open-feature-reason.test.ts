import { expect, test } from 'vitest';
import type { Flag } from '../../src/evaluation/model.ts';
import { openFeatureDetail, type OpenFeatureReason } from '../../src/openfeature/open-feature-detail.ts';

const flag: Flag = { key: 'f', version: 1, on: true, variations: [true], fallthrough: { variation: 0 } };
const rollout = { variations: [{ variation: 0, weight: 100_000 }] };

test.each<[string, Partial<Flag>, OpenFeatureReason]>([
  ['one value for everybody', {}, 'STATIC'],
  ['one value after targets', { targets: [{ variation: 0, values: ['a'] }] }, 'DEFAULT'],
  ['one value after rules', { rules: [{ clauses: [], variation: 0 }] }, 'DEFAULT'],
  ['one value after prerequisites', { prerequisites: [{ key: 'g', variation: 0 }] }, 'DEFAULT'],
  ['a percentage split', { fallthrough: { rollout } }, 'SPLIT'],
  ['a split after rules', { fallthrough: { rollout }, rules: [{ clauses: [], variation: 0 }] }, 'SPLIT'],
])('of a flag with %s the default rule is told as it is', (_, rest, reason) => {
  const detail = { value: true, variationIndex: 0, reason: { kind: 'FALLTHROUGH' } } as const;
  expect(openFeatureDetail(detail, { ...flag, ...rest })).toEqual({ reason, variant: '0' });
});
