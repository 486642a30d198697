import { expect, test } from 'vitest';
import { plannedPrecision } from '../../../src/experiment/result/planned-precision.ts';
import { confidenceSequence } from '../../../src/experiment/statistics/confidence-sequence.ts';

/** Arms of this size, with the same rates. */
function intervalAt(units: number, tuning: number) {
  const arm = (rate: number) => ({ successes: (units / 2) * rate, n: units / 2 });
  const sequence = confidenceSequence({
    kind: 'proportion',
    relative: false,
    control: arm(0.2),
    treatment: arm(0.25),
    alpha: 0.05,
    tuning,
  });
  if (sequence.status !== 'ok') throw new Error('an interval');
  return sequence;
}

test.each([1_000, 4_000, 10_000])(
  'from %i listeners on the width at the planned size is foreseen',
  (units) => {
    const tuning = 10_000;
    const foreseen = plannedPrecision(intervalAt(units, tuning), units, { alpha: 0.05, tuning });
    expect(foreseen).toBeCloseTo(intervalAt(tuning, tuning).halfWidth, 4);
  },
);
