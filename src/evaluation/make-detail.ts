import type { BigSegmentsStatus, ErrorKind, EvaluationDetail, EvaluationReason } from './detail.ts';
import type { JsonValue } from './model.ts';

/**
 * A frozen detail, made once when a flag is compiled. One whose index is null stands for the caller's default: its value
 * is null until the default replaces it.
 */
export function makeDetail(
  value: JsonValue,
  variationIndex: number | null,
  reason: EvaluationReason,
): EvaluationDetail {
  return Object.freeze({ value, variationIndex, reason: Object.freeze(reason) });
}

export function failure(errorKind: ErrorKind): EvaluationDetail {
  return makeDetail(null, null, { kind: 'ERROR', errorKind });
}

/** The same detail, with the status of the big segment store. */
export function withStatus(detail: EvaluationDetail, status: BigSegmentsStatus): EvaluationDetail {
  return { ...detail, reason: { ...detail.reason, bigSegmentsStatus: status } };
}

export const MALFORMED = failure('MALFORMED_FLAG');

/** The detail of one variation; an index that is no variation makes the flag malformed. */
export function serveVariation(
  variations: readonly JsonValue[],
  index: unknown,
  reason: EvaluationReason,
  make: typeof makeDetail,
): EvaluationDetail {
  if (typeof index !== 'number') {
    return MALFORMED;
  }
  const value = variations[index];
  // Adding zero turns -0, which is a valid way to write the first index, into 0.
  return value === undefined ? MALFORMED : make(value, index + 0, reason);
}

/** The detail of the off variation. Without one the caller's default is served, and there is no index. */
export function serveOff(
  variations: readonly JsonValue[],
  index: unknown,
  reason: EvaluationReason,
  make: typeof makeDetail,
): EvaluationDetail {
  return typeof index === 'number'
    ? serveVariation(variations, index, reason, make)
    : make(null, null, reason);
}
