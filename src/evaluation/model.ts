/**
 * LaunchDarkly's data model, as its SDKs read it. Everything is readonly: a definition is replaced, never edited.
 * Fields that the wire allows to be missing are optional here; what a missing field means stands beside it.
 */

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** `variation` wins when both are there; neither is a malformed flag when reached. */
export interface VariationOrRollout {
  readonly variation?: number;
  readonly rollout?: Rollout;
}

export interface WeightedVariation {
  readonly variation: number;
  /** Thousandths of a percent, 0–100,000. */
  readonly weight: number;
  /** In an experiment: served, but not counted. Default false. */
  readonly untracked?: boolean;
}

export interface Rollout {
  /** Default `rollout`. */
  readonly kind?: 'rollout' | 'experiment';
  /** Default `user`. */
  readonly contextKind?: string;
  /** Attribute reference (a literal name when `contextKind` is absent). Default `key`; ignored in experiments. */
  readonly bucketBy?: string;
  /** Replaces flag key and salt in the bucket's hash. */
  readonly seed?: number;
  readonly variations: readonly WeightedVariation[];
}

export const OPERATORS = [
  'in',
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'lessThan',
  'lessThanOrEqual',
  'greaterThan',
  'greaterThanOrEqual',
  'before',
  'after',
  'semVerEqual',
  'semVerLessThan',
  'semVerGreaterThan',
  'segmentMatch',
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Clause {
  /** Default `user`. When present, `attribute` is an attribute reference; when absent, a literal name. */
  readonly contextKind?: string;
  readonly attribute: string;
  readonly op: Operator;
  /** Joined by OR. */
  readonly values: readonly JsonValue[];
  /** Default false. */
  readonly negate?: boolean;
}

export interface FlagRule extends VariationOrRollout {
  readonly id?: string;
  /** For people; no SDK is sent it. */
  readonly description?: string;
  /** Joined by AND; an empty list always matches. */
  readonly clauses: readonly Clause[];
  readonly trackEvents?: boolean;
}

export interface Target {
  /** Default `user`. */
  readonly contextKind?: string;
  readonly variation: number;
  readonly values: readonly string[];
}

export interface Prerequisite {
  readonly key: string;
  readonly variation: number;
}

export interface ClientSideAvailability {
  readonly usingEnvironmentId: boolean;
  readonly usingMobileKey: boolean;
}

/**
 * The other ways to place a context on the line from 0 to 1; LaunchDarkly's when a flag does not name one. They place
 * by the key (or `bucketBy`) and at most the flag's key: the salt does not count, and a seed only asks `pyrollout` to
 * randomize.
 */
export const BUCKETINGS = ['sha256-percent', 'slowroll', 'pyrollout'] as const;
export type BucketingName = (typeof BUCKETINGS)[number];

export interface Flag {
  readonly key: string;
  /** Rises with every change. */
  readonly version: number;
  readonly on: boolean;
  readonly variations: readonly JsonValue[];
  /** Absent: the caller's default, without an index, reason `OFF`. */
  readonly offVariation?: number;
  readonly fallthrough: VariationOrRollout;
  readonly targets?: readonly Target[];
  readonly contextTargets?: readonly Target[];
  readonly rules?: readonly FlagRule[];
  readonly prerequisites?: readonly Prerequisite[];
  readonly salt?: string;
  readonly clientSideAvailability?: ClientSideAvailability;
  /** The old schema's way to say `usingEnvironmentId`. */
  readonly clientSide?: boolean;
  readonly trackEvents?: boolean;
  readonly trackEventsFallthrough?: boolean;
  /** Epoch milliseconds. */
  readonly debugEventsUntilDate?: number | null;
  readonly samplingRatio?: number;
  readonly excludeFromSummaries?: boolean;
  readonly migration?: { readonly checkRatio?: number };
  /** A tombstone: treated as not found. */
  readonly deleted?: boolean;
  /** Of this service, not of LaunchDarkly: such a flag is evaluated here only, and left out of SDK payloads. */
  readonly bucketing?: BucketingName;
}

export interface SegmentTarget {
  /** Default `user`. */
  readonly contextKind?: string;
  readonly values: readonly string[];
}

export interface SegmentRule {
  readonly id?: string;
  readonly clauses: readonly Clause[];
  /** Thousandths of a percent, 0–100,000; absent: every context that matches is in. */
  readonly weight?: number | null;
  readonly bucketBy?: string;
  /** Default `user`. */
  readonly rolloutContextKind?: string;
}

export interface Segment {
  readonly key: string;
  readonly version: number;
  readonly salt?: string;
  /** User keys. */
  readonly included?: readonly string[];
  readonly excluded?: readonly string[];
  readonly includedContexts?: readonly SegmentTarget[];
  readonly excludedContexts?: readonly SegmentTarget[];
  readonly rules?: readonly SegmentRule[];
  /** A big segment: membership is in a store outside the definition. */
  readonly unbounded?: boolean;
  readonly unboundedContextKind?: string;
  /** Required of an unbounded segment. */
  readonly generation?: number | null;
  readonly deleted?: boolean;
}

export interface ContextAttributes {
  readonly key: string;
  readonly name?: string;
  readonly anonymous?: boolean;
  readonly _meta?: { readonly privateAttributes?: readonly string[] };
  readonly [attribute: string]: unknown;
}

export interface SingleContext extends ContextAttributes {
  readonly kind: string;
}

export interface MultiContext {
  readonly kind: 'multi';
  readonly [kind: string]: 'multi' | ContextAttributes;
}

/** The shape from before contexts: no `kind`, own attributes under `custom`. */
export interface LegacyUser {
  readonly key: string;
  readonly custom?: { readonly [attribute: string]: unknown };
  readonly privateAttributeNames?: readonly string[];
  readonly [attribute: string]: unknown;
}

export type Context = SingleContext | MultiContext | LegacyUser;
