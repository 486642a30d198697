import { expect, test } from 'vitest';
import { evaluatorOf, flag, user } from '../../support/flag-builders.ts';

test('a chain of a thousand prerequisites is worked out once for all flags, not once for each', () => {
  const last = 999;
  const flags = Array.from({ length: last + 1 }, (_, index) =>
    flag({
      key: `f${index}`,
      prerequisites: index === last ? [] : [{ key: `f${index + 1}`, variation: 0 }],
    }),
  );
  const evaluator = evaluatorOf(flags);
  // One after the other they would take a minute: each flag would go down the whole chain, twice.
  for (let listener = 0; listener < 100; listener += 1) {
    const states = evaluator.evaluateAll(user(`listener-${listener}`), { withReasons: true });
    expect(Object.keys(states)).toHaveLength(flags.length);
    expect(states['f0']).toMatchObject({
      value: 'a',
      reason: { kind: 'FALLTHROUGH' },
      prerequisites: ['f1'],
    });
  }
});
