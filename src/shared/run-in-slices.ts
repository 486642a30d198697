import { setImmediate as turn } from 'node:timers/promises';

export interface Slices {
  /** Milliseconds, by a clock that does not jump. */
  readonly clock: () => number;
  /** How long the event loop is held at a time. */
  readonly sliceMs: number;
  /** After so long the work must stop. */
  readonly limitMs: number;
}

/**
 * Runs work that yields often in short slices, so that the process goes on serving others. Past the limit the work
 * is resumed with `true`, and answers with what it has.
 */
export async function runInSlices<Result>(
  work: Generator<unknown, Result, boolean | undefined>,
  { clock, sliceMs, limitMs }: Slices,
): Promise<Result> {
  const startedAt = clock();
  for (let sliceSince = startedAt; ;) {
    const now = clock();
    const step = work.next(now - startedAt >= limitMs);
    if (step.done === true) return step.value;
    if (now - sliceSince < sliceMs) continue;
    await turn();
    sliceSince = clock();
  }
}
