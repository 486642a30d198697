import type { ErrorKind, EvaluationDetail } from '../evaluation/detail.ts';
import type { Flag } from '../evaluation/model.ts';

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
  | 'STATIC'
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

const ERROR_DETAILS: { readonly [Kind in ErrorKind]: string } = {
  CLIENT_NOT_READY: 'there are no flags yet',
  FLAG_NOT_FOUND: 'there is no such flag here',
  USER_NOT_SPECIFIED: 'the context is not valid',
  MALFORMED_FLAG: 'the flag is malformed',
  WRONG_TYPE: 'the value is of another type',
  EXCEPTION: 'the flag could not be evaluated',
};

/** What went wrong, for people. */
export const openFeatureErrorDetails = (errorKind: ErrorKind): string => ERROR_DETAILS[errorKind];

/**
 * A detail's reason and error in OpenFeature's terms; OFREP and the library share it.
 * @param flag that answered; without it, a default rule is `DEFAULT` whether or not it splits or anything stands above it
 */
export function openFeatureDetail(
  { reason, variationIndex }: EvaluationDetail,
  flag?: Flag,
): OpenFeatureDetail {
  const variant = variationIndex === null ? {} : { variant: String(variationIndex) };
  switch (reason.kind) {
    case 'OFF':
      return { reason: 'DISABLED', ...variant };
    case 'TARGET_MATCH':
      return { reason: 'TARGETING_MATCH', ...variant };
    case 'RULE_MATCH':
      return { reason: reason.inExperiment === true ? 'SPLIT' : 'TARGETING_MATCH', ...variant };
    case 'FALLTHROUGH':
      return { reason: reason.inExperiment === true ? 'SPLIT' : fallthroughReason(flag), ...variant };
    case 'PREREQUISITE_FAILED':
      return { reason: 'PREREQUISITE_FAILED', ...variant };
    case 'ERROR':
      return { reason: 'ERROR', errorCode: ERROR_CODES[reason.errorKind] };
  }
}

function fallthroughReason(flag: Flag | undefined): 'SPLIT' | 'STATIC' | 'DEFAULT' {
  if (flag === undefined) return 'DEFAULT';
  // LaunchDarkly's SDKs read null in a definition as an absent field.
  if ((flag.fallthrough.variation ?? undefined) === undefined) return 'SPLIT';
  return hasTargeting(flag) ? 'DEFAULT' : 'STATIC';
}

function hasTargeting({ rules, targets, contextTargets, prerequisites }: Flag): boolean {
  return [rules, targets, contextTargets, prerequisites].some((list) => (list?.length ?? 0) > 0);
}
