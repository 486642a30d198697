import { runInSlices } from '../../shared/run-in-slices.ts';
import { type Forecast, forecastOutcomes } from './forecast.ts';
import type { SimulatedRelease } from './simulate-release.ts';

/** Makes forecasts beside everything else that the process does. */
export interface Forecaster {
  /** `busy`: as many as are allowed are being made. */
  forecast(
    release: SimulatedRelease,
    options: { readonly runs: number; readonly seed: number },
  ): Promise<Forecast | 'busy'>;
}

/** The event loop is held this long at a time, and one forecast works this long at most. */
const SLICE_MS = 5;
const LIMIT_MS = 5_000;
const MAX_AT_ONCE = 2;

/** @param clock milliseconds, by a clock that does not jump */
export function createForecaster(clock: () => number): Forecaster {
  let running = 0;
  return {
    async forecast(release, options) {
      if (running >= MAX_AT_ONCE) return 'busy';
      running += 1;
      try {
        const limits = { clock, sliceMs: SLICE_MS, limitMs: LIMIT_MS };
        return await runInSlices(forecastOutcomes(release, options), limits);
      } finally {
        running -= 1;
      }
    },
  };
}
