import type { JsonValue } from './model.ts';

export type ErrorKind =
  | 'CLIENT_NOT_READY'
  | 'FLAG_NOT_FOUND'
  | 'USER_NOT_SPECIFIED'
  | 'MALFORMED_FLAG'
  | 'WRONG_TYPE'
  | 'EXCEPTION';

export type BigSegmentsStatus = 'HEALTHY' | 'STALE' | 'STORE_ERROR' | 'NOT_CONFIGURED';

/** Why an answer came out, in exactly the shape of LaunchDarkly's SDKs. */
export type EvaluationReason = (
  | { readonly kind: 'OFF' }
  | { readonly kind: 'TARGET_MATCH' }
  | { readonly kind: 'FALLTHROUGH'; readonly inExperiment?: true }
  | {
      readonly kind: 'RULE_MATCH';
      readonly ruleIndex: number;
      readonly ruleId?: string;
      readonly inExperiment?: true;
    }
  | { readonly kind: 'PREREQUISITE_FAILED'; readonly prerequisiteKey: string }
  | { readonly kind: 'ERROR'; readonly errorKind: ErrorKind }
) & { readonly bigSegmentsStatus?: BigSegmentsStatus };

export interface EvaluationDetail {
  readonly value: JsonValue;
  /** `null` on errors, and when a flag is off without an off variation. */
  readonly variationIndex: number | null;
  readonly reason: EvaluationReason;
}
