import { expect, test } from 'vitest';
import { addTiltValue, startTilt, tiltLogE } from '../../../../src/experiment/statistics/e-arm-tilt.ts';
import {
  addArrival,
  type ArrivalsState,
  UNIFORM_PRIOR,
} from '../../../../src/experiment/statistics/e-two-proportions-arrivals.ts';
import { smallestVisibleDifference } from '../../../../src/experiment/statistics/guard/smallest-visible-difference.ts';
import { smallestVisibleShift } from '../../../../src/experiment/statistics/guard/smallest-visible-shift.ts';
import { createRandom } from '../../../../src/experiment/statistics/random.ts';

const LOG_THRESHOLD = Math.log(100);
const RUNS = 300;

/** How many of the seeded runs pass the threshold at any time. */
const powerOf = (run: (random: () => number) => boolean): number =>
  Array.from({ length: RUNS }, (_, index) => run(createRandom(31 * index + 7))).filter(Boolean).length / RUNS;

test.each([
  [0.25, 0.05, 0.02, 2_000],
  [0.1, 0.05, 0.02, 4_000],
  [0.5, 0.3, 0.05, 1_000],
])(
  'at a share of %f and a rate of %f with a margin of %f, the smallest difference that %i listeners show is found in about 80 %',
  (share, rate, margin, listeners) => {
    const treated = share * listeners;
    const control = listeners - treated;
    const counts = {
      treatmentSuccess: 0,
      treatmentFailure: treated,
      controlSuccess: rate * control,
      controlFailure: (1 - rate) * control,
    };
    const difference = smallestVisibleDifference(counts, { margin, logThreshold: LOG_THRESHOLD });
    const power = powerOf((random) => {
      let state: ArrivalsState = { counts: UNIFORM_PRIOR, logE: 0 };
      for (let listener = 0; listener < listeners && state.logE < LOG_THRESHOLD; listener += 1) {
        const arm = random() < share ? 1 : 0;
        const outcome = random() < rate + arm * (difference ?? 0) ? 1 : 0;
        const test = { side: 'treatment-greater', absoluteMargin: margin } as const;
        state = addArrival(state, { share, arm, outcome }, test);
      }
      return state.logE >= LOG_THRESHOLD;
    });
    expect(Math.abs(power - 0.8)).toBeLessThan(0.13);
  },
);

test.each([
  [0.25, 400],
  [0.1, 1_000],
  [0.5, 100],
])(
  'at a share of %f the smallest shift that %i skewed values show is found in about 80 %',
  (share, listeners) => {
    const treatment = share * listeners;
    const shift = smallestVisibleShift({ treatment, control: listeners - treatment }, LOG_THRESHOLD);
    // Exponential values have a mean and a standard deviation of 1; the cap is their 99th percentile.
    const scale = { cap: Math.log(100), centre: 1, scale: 1 };
    const power = powerOf((random) => {
      let state = startTilt(scale);
      for (let listener = 0; listener < listeners && tiltLogE(state) < LOG_THRESHOLD; listener += 1) {
        const arm = random() < share ? 1 : 0;
        const value = -Math.log(1 - random()) + arm * (shift ?? 0);
        state = addTiltValue(state, { share, arm, value }, scale);
      }
      return tiltLogE(state) >= LOG_THRESHOLD;
    });
    expect(Math.abs(power - 0.8)).toBeLessThan(0.13);
  },
);
