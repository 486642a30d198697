/** How often a variation was served in `default`/`production`, where the site is, since the process started. */
export interface EvaluationCount {
  readonly flagKey: string;
  /** Its index; null when the caller's default was served. */
  readonly variation: number | null;
  readonly count: number;
}

/** Counters that only rise: what a flag client's `onEvaluation` feeds and the level meters read. */
export interface EvaluationCounts {
  readonly count: (flagKey: string, variation: number | null, times?: number) => void;
  readonly counts: () => readonly EvaluationCount[];
}

/** Clients can ask for flags that do not exist, so the number of counted keys is bounded. */
const MAX_FLAGS = 1_000;

export function createEvaluationCounts(): EvaluationCounts {
  const flags = new Map<string, Map<number | null, number>>();
  return {
    count: (flagKey, variation, times = 1) => {
      let ofFlag = flags.get(flagKey);
      if (ofFlag === undefined) {
        if (flags.size >= MAX_FLAGS) return;
        flags.set(flagKey, (ofFlag = new Map()));
      }
      ofFlag.set(variation, (ofFlag.get(variation) ?? 0) + times);
    },
    counts: () =>
      [...flags].flatMap(([flagKey, ofFlag]) =>
        [...ofFlag].map(([variation, count]) => ({ flagKey, variation, count })),
      ),
  };
}
