import type { JsonValue } from '../evaluation/model.ts';

/** One kind and key of the context that an event is about; a multi-context has several. */
export interface ContextKey {
  readonly kind: string;
  readonly key: string;
}

/** A reason as an SDK reported it: its kinds grow with the SDKs, so only these fields are relied on. */
export interface ReportedReason {
  readonly kind: string;
  readonly inExperiment?: boolean | undefined;
  readonly [field: string]: unknown;
}

interface AnalyticsEventOf {
  /** Epoch milliseconds, by the sender's clock; never later than when it was received. */
  readonly at: number;
  readonly contextKeys: readonly ContextKey[];
  /** The user agent of whom it is about is a bot's: see `bots.ts`. Absent: it is not, or is not known. */
  readonly isBot?: true;
}

/** A flag was evaluated for a context. `debug` repeats what a `feature` or a `summary` counts, with the whole context. */
export interface FeatureEvent extends AnalyticsEventOf {
  readonly kind: 'feature' | 'debug';
  readonly flagKey: string;
  /** Absent: the flag is unknown. */
  readonly flagVersion?: number;
  /** Absent: an error, or off without an off variation. */
  readonly variation?: number;
  readonly value: JsonValue;
  readonly reason?: ReportedReason;
  /** The flag that asked for this one as a prerequisite. */
  readonly prereqOf?: string;
  readonly samplingRatio: number;
}

/** Something a context did: a metric's raw material. `click` and `pageview` are goals of browsers. */
export interface CustomEvent extends AnalyticsEventOf {
  readonly kind: 'custom' | 'click' | 'pageview';
  readonly eventKey: string;
  readonly metricValue?: number;
  readonly data?: JsonValue;
  readonly url?: string;
  readonly samplingRatio: number;
}

/** A context was seen: for the first time (`index`) or because the application said who it is (`identify`). */
export interface ContextEvent extends AnalyticsEventOf {
  readonly kind: 'index' | 'identify';
  /** As sent: private attributes are already taken out by the sender. */
  readonly context: { readonly [name: string]: unknown };
}

export interface MigrationMeasurement {
  readonly name: 'invoked' | 'consistent' | 'latency_ms' | 'error';
  /** Absent for `consistent`. */
  readonly origin?: 'old' | 'new';
  /** Milliseconds for a latency, else 0 or 1. */
  readonly value: number;
}

/** One read or write through a migration flag. */
export interface MigrationEvent extends AnalyticsEventOf {
  readonly kind: 'migration_op';
  readonly operation: 'read' | 'write';
  readonly flagKey: string;
  readonly flagVersion?: number;
  readonly variation?: number;
  readonly value: JsonValue;
  readonly reason?: ReportedReason;
  readonly measurements: readonly MigrationMeasurement[];
  readonly samplingRatio: number;
}

export interface FlagCounter {
  readonly flagKey: string;
  readonly flagVersion?: number;
  readonly variation?: number;
  readonly value: JsonValue;
  readonly count: number;
}

/** How often which variation was served between two times. */
export interface SummaryEvent {
  readonly kind: 'summary';
  /** The end of the time it counts; epoch milliseconds. */
  readonly at: number;
  readonly startAt: number;
  readonly counters: readonly FlagCounter[];
}

/** What SDKs report, as the rest of the house knows it: https://launchdarkly.com's event schema 4, and its elders. */
export type AnalyticsEvent = FeatureEvent | CustomEvent | ContextEvent | MigrationEvent | SummaryEvent;
