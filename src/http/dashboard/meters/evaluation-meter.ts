import type { EnvironmentRef } from '../../../store/store.ts';
import { decidesSite } from './page-counts.ts';
import type { EvaluationCount } from './evaluation-counts.ts';

export interface EvaluationMeterOptions {
  /** Counters that only rise; a counter that falls was reset. */
  readonly counts: () => readonly EvaluationCount[];
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How often flags were evaluated in each of the last minutes. */
export interface EvaluationMeter {
  /** Reads the counters. Evaluations since the last reading count as of now, so call it several times a minute. */
  sample(): void;
  /** The last 30 minutes, oldest first; the last is the current one. Empty for a flag that was not evaluated in them. */
  perMinute(environment: EnvironmentRef, flagKey: string): readonly number[];
}

const MINUTE_MS = 60_000;
const MINUTES = 30;

interface FlagHistory {
  /** The counter of each variation at the last reading. */
  readonly last: Map<number | null, number>;
  /** Evaluations by minute since 1970. */
  readonly minutes: Map<number, number>;
}

export function createEvaluationMeter({ counts, now }: EvaluationMeterOptions): EvaluationMeter {
  const flags = new Map<string, FlagHistory>();
  const minuteNow = (): number => Math.floor(now() / MINUTE_MS);
  let sampled = false;

  return {
    sample: () => {
      const minute = minuteNow();
      for (const { flagKey, variation, count } of counts()) {
        const { last, minutes } = flags.get(flagKey) ?? { last: new Map(), minutes: new Map() };
        flags.set(flagKey, { last, minutes });
        // Evaluations before the first reading have no known time.
        const before = last.get(variation) ?? (sampled ? 0 : count);
        last.set(variation, count);
        const added = count >= before ? count - before : count;
        if (added === 0) continue;
        minutes.set(minute, (minutes.get(minute) ?? 0) + added);
        for (const old of minutes.keys()) if (old <= minute - MINUTES) minutes.delete(old);
      }
      sampled = true;
    },
    perMinute: (environment, flagKey) => {
      const minutes = decidesSite(environment) ? flags.get(flagKey)?.minutes : undefined;
      const oldest = minuteNow() - MINUTES + 1;
      const values = Array.from({ length: MINUTES }, (_, index) => minutes?.get(oldest + index) ?? 0);
      return values.some((value) => value > 0) ? values : [];
    },
  };
}
