import { DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../../store/store.ts';
import type { EvaluationCount } from './evaluation-counts.ts';

export interface EvaluationMeterOptions {
  /** Counters that only rise; a counter that falls was reset. */
  readonly counts: () => readonly EvaluationCount[];
  /** Milliseconds. */
  readonly now: () => number;
  /** Length of the window. Default 5 minutes. */
  readonly windowMs?: number;
  /** The window moves in steps of this length. Default 5 s. */
  readonly slotMs?: number;
}

export interface Level {
  /** Index; null: the caller's default. */
  readonly variation: number | null;
  /** Within the window. */
  readonly count: number;
}

/** How much counters rose within a moving window: what the level meters show. */
export interface EvaluationMeter {
  /** Reads the counters. Evaluations since the last reading count as of now, so call it more often than a slot is long. */
  sample(): void;
  /** Empty for an environment whose evaluations are not counted. */
  levels(environment: EnvironmentRef, flagKey: string): readonly Level[];
}

interface Gauge {
  readonly variation: number | null;
  last: number;
  /** Evaluations by the number of their slot. */
  readonly slots: Map<number, number>;
}

export function createEvaluationMeter({
  counts,
  now,
  windowMs = 300_000,
  slotMs = 5_000,
}: EvaluationMeterOptions): EvaluationMeter {
  const flags = new Map<string, Map<number | null, Gauge>>();
  const slotNow = (): number => Math.floor(now() / slotMs);
  const slotsInWindow = Math.ceil(windowMs / slotMs);
  let sampled = false;

  const gaugeOf = ({ flagKey, variation, count }: EvaluationCount): Gauge => {
    const ofFlag = flags.get(flagKey) ?? new Map<number | null, Gauge>();
    flags.set(flagKey, ofFlag);
    let gauge = ofFlag.get(variation);
    if (gauge === undefined) {
      // Evaluations before the first reading have no known time.
      gauge = { variation, last: sampled ? 0 : count, slots: new Map() };
      ofFlag.set(variation, gauge);
    }
    return gauge;
  };

  return {
    sample: () => {
      const slot = slotNow();
      for (const counted of counts()) {
        const gauge = gaugeOf(counted);
        const added = counted.count >= gauge.last ? counted.count - gauge.last : counted.count;
        gauge.last = counted.count;
        if (added === 0) continue;
        gauge.slots.set(slot, (gauge.slots.get(slot) ?? 0) + added);
        for (const old of gauge.slots.keys()) if (old <= slot - slotsInWindow) gauge.slots.delete(old);
      }
      sampled = true;
    },
    levels: (environment, flagKey) => {
      if (!isCounted(environment)) return [];
      const oldest = slotNow() - slotsInWindow;
      return [...(flags.get(flagKey)?.values() ?? [])].map(({ variation, slots }) => ({
        variation,
        count: [...slots].reduce((sum, [slot, added]) => (slot > oldest ? sum + added : sum), 0),
      }));
    },
  };
}

const isCounted = ({ project, environment }: EnvironmentRef): boolean =>
  project === DEFAULT_ENVIRONMENT.project && environment === DEFAULT_ENVIRONMENT.environment;
