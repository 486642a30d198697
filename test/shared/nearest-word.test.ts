import { expect, test } from 'vitest';
import { nearestWord } from '../../src/shared/nearest-word.ts';

test.each([
  ['rolout_percentage', ['status', 'rollout_percentage'], 'rollout_percentage'],
  ['statsu', ['status', 'tags'], 'status'],
  ['Status', ['status'], 'status'],
  ['tag', ['tags', 'tagged'], 'tags'],
  ['colour', ['status', 'tags'], undefined],
  ['x', ['y'], undefined],
  ['a'.repeat(10_000), ['a'.repeat(9_999)], undefined],
  ['status', [], undefined],
])('%s among %j is %s', (word, candidates, expected) => {
  expect(nearestWord(word, candidates)).toBe(expected);
});
