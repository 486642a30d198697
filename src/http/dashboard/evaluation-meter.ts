import { DEFAULT_ENVIRONMENT, type EnvironmentRef } from '../../store/store.ts';
import type { EvaluationCount } from './evaluation-counts.ts';

export interface EvaluationMeterOptions {
  /** Counters that only rise; one that falls has started again. */
  readonly counts: () => readonly EvaluationCount[];
  /** Milliseconds. */
  readonly now: () => number;
  /** How far back a level looks. Default 5 minutes. */
  readonly windowMs?: number;
  /** How finely the window moves. Default 5 s. */
  readonly slotMs?: number;
}

export interface Level {
  /** Index; null: the caller's default. */
  readonly variation: number | null;
  /** Within the window. */
  readonly count: number;
}

/** The recent past of counters: what the level meters of the desk show. */
export interface EvaluationMeter {
  /** Reads the counters; what was added since the last reading counts as now. To be called more often than a slot is long. */
  sample(): void;
  /** Empty for an environment that is not counted. */
  levels(environment: EnvironmentRef, flagKey: string): readonly Level[];
}

interface Gauge {
  readonly variation: number | null;
  last: number;
  /** What was added in each slot that is still in the window. */
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
      // What was counted before the first reading is older than anybody can say.
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
