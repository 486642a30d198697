import type { EvaluationDetail, EvaluationReason, BigSegmentsStatus } from './detail.ts';
import type { Context, Flag, JsonValue, Segment } from './model.ts';

export interface FlagSet {
  readonly flags: { readonly [key: string]: Flag };
  readonly segments: { readonly [key: string]: Segment };
}

/** `true` in, `false` out, `undefined` not listed; keyed by `<segmentKey>.g<generation>`. */
export interface BigSegmentMembership {
  readonly status: BigSegmentsStatus;
  readonly membership: { readonly [segmentRef: string]: boolean } | undefined;
}

export interface EvaluatorOptions {
  /**
   * Asked once per context key and evaluation; one that throws is a `STORE_ERROR`. Without it, and where it says
   * `undefined`, big segments are `NOT_CONFIGURED`.
   */
  readonly bigSegments?: (contextKey: string) => BigSegmentMembership | undefined;
}

export type ExpectedType = 'boolean' | 'string' | 'number' | 'json';

/** A replacement (or, with `null`, a removal) of some items; what is not named stays, and stays compiled. */
export interface FlagSetChange {
  readonly flags?: { readonly [key: string]: Flag | null };
  readonly segments?: { readonly [key: string]: Segment | null };
}

export interface FlagState {
  readonly value: JsonValue;
  readonly variation?: number;
  readonly version: number;
  readonly reason?: EvaluationReason;
  readonly trackEvents?: boolean;
  readonly trackReason?: boolean;
  readonly debugEventsUntilDate?: number;
  readonly prerequisites?: readonly string[];
  readonly samplingRatio?: number;
}

export interface EvaluateAllOptions {
  /** Only flags for browsers (`environment-id`) or for mobiles (`mobile-key`). Default: all flags. */
  readonly clientSide?: 'environment-id' | 'mobile-key';
  /** Default false: reasons only where an experiment needs them. */
  readonly withReasons?: boolean;
  /** Only these flags, as far as they are there. Default: all flags. */
  readonly only?: ReadonlySet<string>;
}

export interface ExplanationStep {
  /** What was looked at: `flag`, `prerequisite`, `target`, `rule`, `clause`, `segment`, `rollout`, `outcome`. */
  readonly kind: string;
  /** Nesting below the step above it, from 0. */
  readonly depth: number;
  readonly matched: boolean;
  /** One plain sentence. */
  readonly text: string;
  /** The same as data: bucket, thresholds, attribute, values and so on. */
  readonly data: { readonly [name: string]: unknown };
}

export interface Explanation {
  readonly detail: EvaluationDetail;
  /** The answer and why, in one sentence. */
  readonly summary: string;
  readonly steps: readonly ExplanationStep[];
}

/** An immutable, compiled set of flags. */
export interface Evaluator {
  evaluate(
    flagKey: string,
    context: Context,
    defaultValue: JsonValue,
    options?: { readonly expectedType?: ExpectedType },
  ): EvaluationDetail;
  evaluateAll(context: Context, options?: EvaluateAllOptions): { readonly [flagKey: string]: FlagState };
  explain(flagKey: string, context: Context): Explanation;
  /** The next evaluator; what the change does not touch is not compiled again. */
  with(change: FlagSetChange): Evaluator;
  has(flagKey: string): boolean;
}
