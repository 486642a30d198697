import type { Evaluator } from '../evaluation/evaluator.ts';
import type { Context, JsonValue } from '../evaluation/model.ts';
import type { FlagClient, FlagSource } from './flag-client.ts';

/** Where the local answers come from: the embedded service's flags of one environment, in memory. */
export interface FlagSnapshots {
  current(): { readonly evaluator: Evaluator; flagKeys(): readonly string[] };
  /** Called after the snapshot was replaced, with the flags whose answers may differ. Returns a function that unsubscribes. */
  onChange(listener: (changed: readonly string[]) => void): () => void;
}

/** Something that a listener did. */
export interface TrackedEvent {
  readonly eventKey: string;
  readonly context: Context;
  readonly data?: JsonValue;
  readonly metricValue?: number;
}

/** Called for every answer given, so that somebody can count. `variationIndex` is `null` when the default was served. */
export type EvaluationListener = (flagKey: string, variationIndex: number | null, source: FlagSource) => void;

export interface LocalFlagClient extends FlagClient {
  flagKeys(): readonly string[];
}

export interface LocalFlagClientOptions {
  readonly snapshots: FlagSnapshots;
  /** Default: what is tracked goes nowhere. */
  readonly onTrack?: (event: TrackedEvent) => void;
  readonly onEvaluation?: EvaluationListener;
}

/** The embedded service as a flag client: every answer is an evaluation in this process. */
export function createLocalFlagClient({
  snapshots,
  onTrack,
  onEvaluation,
}: LocalFlagClientOptions): LocalFlagClient {
  const unsubscribers = new Set<() => void>();

  return {
    async variationDetail(flagKey, context, defaultValue) {
      const detail = snapshots.current().evaluator.evaluate(flagKey, context, defaultValue);
      onEvaluation?.(flagKey, detail.variationIndex, 'local');
      return { ...detail, source: 'local' };
    },

    track(eventKey, context, data, metricValue) {
      onTrack?.({
        eventKey,
        context,
        ...(data !== undefined && { data }),
        ...(metricValue !== undefined && { metricValue }),
      });
    },

    onChange(listener) {
      const unsubscribe = snapshots.onChange(listener);
      const leave = () => {
        unsubscribers.delete(leave);
        unsubscribe();
      };
      unsubscribers.add(leave);
      return leave;
    },

    status: () => ({ source: 'local', detail: 'Flags come from the embedded flag service.' }),

    flagKeys: () => snapshots.current().flagKeys(),

    async close() {
      for (const leave of unsubscribers) leave();
    },
  };
}
