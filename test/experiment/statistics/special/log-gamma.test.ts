import { describe, expect, test } from 'vitest';
import {
  logGamma,
  logGammaHalfStep,
  logRisingFactorialExcess,
} from '../../../../src/experiment/statistics/special/log-gamma.ts';
import { relativeError } from './relative-error.ts';

/** Made with mpmath at 50 digits. */
const LOG_GAMMA: readonly (readonly [x: number, value: number])[] = [
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247001],
  [1.5, -0.12078223763524522],
  [3, Math.LN2],
  [7.7, 7.926541356269005],
  [16, 27.89927138384089],
  [33.3, 82.60372358165495],
  [10000.0, 82099.71749644238],
  [1000000000.0, 19723265827.503716],
];

/** Made with mpmath at 50 digits. */
const HALF_STEPS: readonly (readonly [a: number, value: number])[] = [
  [0.5, -0.5723649429247001],
  [1, -0.12078223763524522],
  [3, 0.5078264217871289],
  [15.9, 1.3752992135687592],
  [16, 1.378483131199923],
  [100, 2.3013350982022227],
  [10000.0, 4.605157685988097],
  [1000000000.0, 10.361632918348205],
];

/** Made with mpmath at 50 digits. */
const EXCESS: readonly (readonly [a: number, n: number, value: number])[] = [
  [0.1, 2, 2.3978952727983707],
  [0.1, 63, 340.08992755773744],
  [0.1, 64, 346.53723342027865],
  [0.1, 65, 353.0002628771993],
  [0.1, 1000, 8206.243534073392],
  [0.1, 1000000, 15118088.790980017],
  [0.1, 100000000, 1972326574.9925947],
  [20, 2, 0.048790164169432],
  [20, 63, 54.40327526652947],
  [20, 64, 55.826383600772076],
  [20, 65, 57.2614681260614],
  [20, 1000, 3008.492147942102],
  [20, 1000000, 9820009.266110592],
  [20, 100000000, 1442495167.822168],
  [5000.0, 2, 0.00019998000266626672],
  [5000.0, 63, 0.388982595576288],
  [5000.0, 64, 0.4015038761299598],
  [5000.0, 65, 0.41422264853773444],
  [5000.0, 1000, 93.83817720755302],
  [5000.0, 1000000, 4329818.780930334],
  [5000.0, 100000000, 890403267.8645879],
  [1000000.0, 2, 9.999995000003334e-7],
  [1000000.0, 63, 0.0019529593137713552],
  [1000000.0, 64, 0.0020159573293547003],
  [1000000.0, 65, 0.0020799552814420776],
  [1000000.0, 1000, 0.4993336663669081],
  [1000000.0, 1000000, 386294.01454625867],
  [1000000.0, 100000000, 366127169.89340687],
];

describe('the gamma function', () => {
  test.each(LOG_GAMMA)('ln Γ(%s) = %s', (x, value) => {
    expect(relativeError(logGamma(x), value)).toBeLessThan(1e-12);
  });

  test.each(HALF_STEPS)('ln Γ(a + ½) − ln Γ(a) at %s = %s, without cancelling', (a, value) => {
    expect(relativeError(logGammaHalfStep(a), value)).toBeLessThan(1e-13);
  });

  test.each(EXCESS)('the rising factorial of %s by %s exceeds its power by %s', (a, n, value) => {
    expect(relativeError(logRisingFactorialExcess(a, n), value)).toBeLessThan(1e-10);
  });

  test('no factor and one factor exceed nothing', () => {
    expect([logRisingFactorialExcess(7, 0), logRisingFactorialExcess(7, 1)]).toEqual([0, 0]);
  });
});
