import type { BigSegmentsStatus, ErrorKind, EvaluationDetail, EvaluationReason } from './detail.ts';
import type { JsonValue } from './model.ts';

/**
 * Outcomes inside the evaluator are details made once and frozen. One whose index is null stands for "the caller's
 * default": its value is null until the default replaces it.
 */
export function outcome(
  value: JsonValue,
  variationIndex: number | null,
  reason: EvaluationReason,
): EvaluationDetail {
  return Object.freeze({ value, variationIndex, reason: Object.freeze(reason) });
}

export function failure(errorKind: ErrorKind): EvaluationDetail {
  return outcome(null, null, { kind: 'ERROR', errorKind });
}

/** The same, with what can be said of the store of big segments. */
export function withStatus(detail: EvaluationDetail, status: BigSegmentsStatus): EvaluationDetail {
  return { ...detail, reason: { ...detail.reason, bigSegmentsStatus: status } };
}

export const MALFORMED = failure('MALFORMED_FLAG');

/** The outcome of serving one variation; an index that is no variation is a malformed flag. */
export function serveVariation(
  variations: readonly JsonValue[],
  index: unknown,
  reason: EvaluationReason,
  make: typeof outcome,
): EvaluationDetail {
  if (typeof index !== 'number') {
    return MALFORMED;
  }
  const value = variations[index];
  // Adding zero turns -0, which is a valid way to write the first index, into 0.
  return value === undefined ? MALFORMED : make(value, index + 0, reason);
}

/** The off variation, which may be missing: then the caller's default is served and there is no index. */
export function serveOff(
  variations: readonly JsonValue[],
  index: unknown,
  reason: EvaluationReason,
  make: typeof outcome,
): EvaluationDetail {
  return typeof index === 'number'
    ? serveVariation(variations, index, reason, make)
    : make(null, null, reason);
}
