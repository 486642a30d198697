import type { LDEvaluationDetail, LDEvaluationReason } from '@launchdarkly/node-server-sdk';
import type { ErrorKind, EvaluationDetail, EvaluationReason } from '../evaluation/detail.ts';

const ERROR_KINDS = {
  CLIENT_NOT_READY: true,
  FLAG_NOT_FOUND: true,
  USER_NOT_SPECIFIED: true,
  MALFORMED_FLAG: true,
  WRONG_TYPE: true,
  EXCEPTION: true,
} as const satisfies { readonly [kind in ErrorKind]: true };

const isErrorKind = (kind: string): kind is ErrorKind => Object.hasOwn(ERROR_KINDS, kind);

function reasonOf(reason: LDEvaluationReason): EvaluationReason {
  const inExperiment = reason.inExperiment === true && ({ inExperiment: true } as const);
  const { bigSegmentsStatus: status, errorKind = '' } = reason;
  const bigSegments =
    (status === 'HEALTHY' || status === 'STALE' || status === 'STORE_ERROR' || status === 'NOT_CONFIGURED') &&
    ({ bigSegmentsStatus: status } as const);
  switch (reason.kind) {
    case 'OFF':
    case 'TARGET_MATCH':
      return { kind: reason.kind, ...bigSegments };
    case 'FALLTHROUGH':
      return { kind: 'FALLTHROUGH', ...inExperiment, ...bigSegments };
    case 'RULE_MATCH':
      return {
        kind: 'RULE_MATCH',
        ruleIndex: reason.ruleIndex ?? 0,
        ...(reason.ruleId !== undefined && { ruleId: reason.ruleId }),
        ...inExperiment,
        ...bigSegments,
      };
    case 'PREREQUISITE_FAILED':
      return {
        kind: 'PREREQUISITE_FAILED',
        prerequisiteKey: reason.prerequisiteKey ?? '',
        ...bigSegments,
      };
    default:
      return { kind: 'ERROR', errorKind: isErrorKind(errorKind) ? errorKind : 'EXCEPTION', ...bigSegments };
  }
}

/** The SDK's answer in the evaluator's types, which are narrower. */
export const detailOfSdk = ({ value, variationIndex, reason }: LDEvaluationDetail): EvaluationDetail => ({
  value,
  variationIndex: variationIndex ?? null,
  reason: reasonOf(reason),
});
