import type { ErrorKind, EvaluationDetail } from './detail.ts';

/** OpenFeature's names for what went wrong; https://openfeature.dev/specification/types#error-code */
export type OpenFeatureErrorCode =
  | 'PROVIDER_NOT_READY'
  | 'FLAG_NOT_FOUND'
  | 'PARSE_ERROR'
  | 'TYPE_MISMATCH'
  | 'TARGETING_KEY_MISSING'
  | 'GENERAL';

/** OpenFeature's names for why; `PREREQUISITE_FAILED` is ours, as its specification lets every system have its own. */
export type OpenFeatureReason =
  | 'DISABLED'
  | 'TARGETING_MATCH'
  | 'SPLIT'
  | 'DEFAULT'
  | 'PREREQUISITE_FAILED'
  | 'ERROR';

export interface OpenFeatureDetail {
  readonly reason: OpenFeatureReason;
  /** The variation's index as text; absent on errors and where there is none. */
  readonly variant?: string;
  readonly errorCode?: OpenFeatureErrorCode;
}

const ERROR_CODES: { readonly [Kind in ErrorKind]: OpenFeatureErrorCode } = {
  CLIENT_NOT_READY: 'PROVIDER_NOT_READY',
  FLAG_NOT_FOUND: 'FLAG_NOT_FOUND',
  USER_NOT_SPECIFIED: 'TARGETING_KEY_MISSING',
  MALFORMED_FLAG: 'PARSE_ERROR',
  WRONG_TYPE: 'TYPE_MISMATCH',
  EXCEPTION: 'GENERAL',
};

/** An answer's reason in OpenFeature's words; every door that speaks OpenFeature says it alike. */
export function openFeatureDetail({ reason, variationIndex }: EvaluationDetail): OpenFeatureDetail {
  const variant = variationIndex === null ? {} : { variant: String(variationIndex) };
  switch (reason.kind) {
    case 'OFF':
      return { reason: 'DISABLED', ...variant };
    case 'TARGET_MATCH':
      return { reason: 'TARGETING_MATCH', ...variant };
    case 'RULE_MATCH':
      return { reason: reason.inExperiment === true ? 'SPLIT' : 'TARGETING_MATCH', ...variant };
    case 'FALLTHROUGH':
      return { reason: reason.inExperiment === true ? 'SPLIT' : 'DEFAULT', ...variant };
    case 'PREREQUISITE_FAILED':
      return { reason: 'PREREQUISITE_FAILED', ...variant };
    case 'ERROR':
      return { reason: 'ERROR', errorCode: ERROR_CODES[reason.errorKind] };
  }
}
