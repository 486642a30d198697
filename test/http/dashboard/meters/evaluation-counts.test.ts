import { expect, test } from 'vitest';
import { createEvaluationCounts } from '../../../../src/http/dashboard/meters/evaluation-counts.ts';

test('counts at most 1,000 flags, since clients can ask for flags that do not exist', () => {
  const counts = createEvaluationCounts();
  for (let index = 0; index < 1_500; index += 1) counts.count(`made-up-${index}`, 0);
  expect(counts.counts()).toHaveLength(1_000);
});
