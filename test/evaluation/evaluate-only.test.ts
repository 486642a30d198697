import { expect, test } from 'vitest';
import { createEvaluator } from '../../src/evaluation/create-evaluator.ts';
import type { Flag } from '../../src/evaluation/model.ts';

const flag = (key: string): Flag => ({
  key,
  version: 1,
  on: true,
  variations: [key],
  fallthrough: { variation: 0 },
});

test('all flags may be narrowed to some, as far as they are there and visible', () => {
  const evaluator = createEvaluator({ flags: { a: flag('a'), b: flag('b'), c: flag('c') }, segments: {} });
  const context = { kind: 'user', key: 'anna' };
  const keys = (only: readonly string[], clientSide?: 'environment-id'): readonly string[] =>
    Object.keys(
      evaluator.evaluateAll(context, {
        only: new Set(only),
        ...(clientSide === undefined ? {} : { clientSide }),
      }),
    );
  expect(keys(['a', 'c', 'nowhere'])).toEqual(['a', 'c']);
  expect(keys([])).toEqual([]);
  expect(keys(['a'], 'environment-id')).toEqual([]);
});
