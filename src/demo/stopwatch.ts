/** How long a release lived with a fault. */
export interface StopwatchReading {
  /** Epoch milliseconds; undefined: nothing was broken yet. */
  readonly brokenAt: number | undefined;
  /** From the fault to the rollback; undefined while it is still to come. */
  readonly tookMs: number | undefined;
  /** Why it was rolled back. */
  readonly verdict: string | undefined;
}

export interface Stopwatch {
  /** Something was broken: counts from now on, unless it counts already. */
  broken(): void;
  /** A release was rolled back. */
  rolledBack(verdict: string): void;
  /** What was broken was mended before a rollback, or everything begins anew. */
  reset(): void;
  isRunning(): boolean;
  reading(): StopwatchReading;
}

const NOTHING: StopwatchReading = { brokenAt: undefined, tookMs: undefined, verdict: undefined };

/** @param now epoch milliseconds */
export function createStopwatch(now: () => number): Stopwatch {
  let reading = NOTHING;
  const isRunning = (): boolean => reading.brokenAt !== undefined && reading.tookMs === undefined;
  return {
    broken: () => {
      if (!isRunning()) reading = { ...NOTHING, brokenAt: now() };
    },
    rolledBack: (verdict) => {
      if (reading.brokenAt !== undefined && isRunning())
        reading = { ...reading, tookMs: now() - reading.brokenAt, verdict };
    },
    reset: () => {
      reading = NOTHING;
    },
    isRunning,
    reading: () => reading,
  };
}
