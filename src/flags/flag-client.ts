import type { EvaluationDetail } from '../evaluation/detail.ts';
import type { Context, JsonValue } from '../evaluation/model.ts';

/** Who answered, best first. */
export const FLAG_SOURCES = ['launchdarkly', 'last-known-good', 'local', 'default'] as const;
export type FlagSource = (typeof FLAG_SOURCES)[number];

export interface FlagEvaluation extends EvaluationDetail {
  readonly source: FlagSource;
}

export interface FlagClientStatus {
  readonly source: FlagSource;
  /** One plain sentence: where the flags come from now, and why not from a better place. */
  readonly detail: string;
}

/** What the site asks, in the words of LaunchDarkly's SDK. Answers come from memory: nothing here waits for a network. */
export interface FlagClient {
  variationDetail(flagKey: string, context: Context, defaultValue: JsonValue): Promise<FlagEvaluation>;
  track(eventKey: string, context: Context, data?: JsonValue, metricValue?: number): void;
  /** Called with the keys whose definition may have changed (all known keys when the source changes). Returns a function that unsubscribes. */
  onChange(listener: (flagKeys: readonly string[]) => void): () => void;
  status(): FlagClientStatus;
  close(): Promise<void>;
}
