import type { EvaluationDetail } from '../../evaluation/detail.ts';
import type { Flag, JsonValue } from '../../evaluation/model.ts';
import { openFeatureDetail, openFeatureErrorDetails } from '../../openfeature/detail.ts';
import type { FlagRecord } from '../../store/store.ts';

/** The reasons that the protocol's 0.3 schema knows. */
export type OfrepReason = 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'UNKNOWN';

export interface OfrepSuccess {
  readonly key: string;
  /** Null: the caller's own default is meant. */
  readonly value: JsonValue;
  readonly reason: OfrepReason;
  /** The variation's index as text; empty: none. */
  readonly variant: string;
  readonly metadata: { readonly [name: string]: string | number | boolean };
}

export interface OfrepFailure {
  readonly key: string;
  readonly errorCode:
    | 'FLAG_NOT_FOUND'
    | 'PARSE_ERROR'
    | 'TARGETING_KEY_MISSING'
    | 'INVALID_CONTEXT'
    | 'GENERAL';
  readonly errorDetails: string;
}

export type OfrepEvaluation = OfrepSuccess | OfrepFailure;

/** An evaluation in the protocol's words; LaunchDarkly's own reason stands in the metadata as JSON. */
export function ofrepEvaluation(record: FlagRecord, detail: EvaluationDetail): OfrepEvaluation {
  const { key } = record;
  if (detail.reason.kind === 'ERROR') {
    const { errorKind } = detail.reason;
    return {
      key,
      errorCode: errorKind === 'MALFORMED_FLAG' ? 'PARSE_ERROR' : 'GENERAL',
      errorDetails: openFeatureErrorDetails(errorKind),
    };
  }
  return {
    key,
    // Both always: some providers fail without. To those that check types, null is their caller's default.
    value: detail.value,
    reason: reasonOf(detail, record.definition),
    variant: detail.variationIndex === null ? '' : String(detail.variationIndex),
    metadata: { reason: JSON.stringify(detail.reason), version: record.version },
  };
}

export const flagNotFound = (key: string): OfrepFailure => ({
  key,
  errorCode: 'FLAG_NOT_FOUND',
  errorDetails: `there is no flag ${JSON.stringify(key)} here`,
});

/** OpenFeature's `DEFAULT` and our `PREREQUISITE_FAILED` are not in the protocol's list. */
function reasonOf(detail: EvaluationDetail, flag: Flag): OfrepReason {
  const { reason } = openFeatureDetail(detail, flag);
  switch (reason) {
    case 'STATIC':
    case 'DISABLED':
    case 'TARGETING_MATCH':
    case 'SPLIT':
      return reason;
    case 'DEFAULT':
    case 'PREREQUISITE_FAILED':
    case 'ERROR':
      return 'UNKNOWN';
    default:
      return reason satisfies never;
  }
}
