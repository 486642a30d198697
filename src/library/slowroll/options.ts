import { slowrollPosition } from '../../evaluation/bucketing/slowroll.ts';
import { show } from '../../evaluation/show.ts';
import { httpFetch, type FetchDocument } from './document-source.ts';
import type { SlowrollFinding } from '../../shared/slowroll-document/finding.ts';

export interface SlowrollOptions {
  /** Fetches the document. Default: HTTP with `If-None-Match`. */
  readonly fetch?: FetchDocument;
  /** Milliseconds since the epoch; fractions count. Default: the system's clock. */
  readonly now?: () => number;
  /**
   * The hash key's position: a number from 0 up to, but not including, 1. (A hash of 32 bits, as the original's hasher gives,
   * must be divided by 2^32.) Anything else goes to `onProblem`, once, and gives `stable`. Default: SHA-1's last
   * four bytes, as slowroll does.
   */
  readonly hasher?: (hashKey: string) => number;
  /** An older document is fetched again, in the background; `Infinity`: only by `refresh`. Default 60,000 ms. */
  readonly maxAgeMs?: number;
  /** The longest that the first call waits for the document; then it gets the default. Default 3,000 ms. */
  readonly firstLoadMs?: number;
  /** The longest that one attempt may take, and may keep the program running. Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** Attempts for one refresh. Default 3. */
  readonly attempts?: number;
  /** Between the first and the second attempt; doubles each time, up to 30 s, plus or minus half. Default 200 ms. */
  readonly backoffMs?: number;
  /** From 0 to 1, spreads the attempts. Default Math.random. */
  readonly random?: () => number;
  /** Waits between attempts. Default: a timer that does not keep the program running. */
  readonly wait?: (ms: number) => Promise<void>;
  /**
   * Called for failed fetches, for findings in a document or a cache file, and for invalid values of the hasher. What it
   * throws becomes a process warning. Default: not called.
   */
  readonly onProblem?: (problem: Error | SlowrollFinding) => void;
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** All options, with their defaults. @throws RangeError for what is not a number, or out of bounds */
export function completeOptions(options: SlowrollOptions): Required<SlowrollOptions> {
  const numberOf = (
    name: 'maxAgeMs' | 'firstLoadMs' | 'timeoutMs' | 'attempts' | 'backoffMs',
    fallback: number,
    [min, max]: readonly [number, number],
  ): number => {
    const given: unknown = options[name] ?? fallback;
    if (typeof given === 'number' && given >= min && given <= max) return given;
    throw new RangeError(
      `slowroll: expected ${name} to be a number from ${min} to ${max}, got ${show(given)}`,
    );
  };
  return {
    fetch: options.fetch ?? httpFetch,
    now: options.now ?? Date.now,
    hasher: options.hasher ?? slowrollPosition,
    maxAgeMs: numberOf('maxAgeMs', 60_000, [0, Infinity]),
    firstLoadMs: numberOf('firstLoadMs', 3_000, [0, MAX_TIMER_MS]),
    timeoutMs: numberOf('timeoutMs', 10_000, [1, MAX_TIMER_MS]),
    attempts: numberOf('attempts', 3, [1, 100]),
    backoffMs: numberOf('backoffMs', 200, [0, MAX_TIMER_MS]),
    random: options.random ?? Math.random,
    wait: options.wait ?? waitMs,
    onProblem: options.onProblem ?? (() => undefined),
  };
}

async function waitMs(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms).unref();
  await promise;
}
