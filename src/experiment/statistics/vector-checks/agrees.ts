/** How far a number may be from the expected one: relative · |expected| + absolute. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
  readonly absolutePValue: number;
}

/** As the header of the vectors has it. */
export const HEADER_TOLERANCE: Tolerance = { relative: 1e-3, absolute: 1e-9, absolutePValue: 1e-12 };

const P_VALUES = /^(?:pValue|bonferroni|holm|benjaminiHochberg)/;

/** Where a result differs from what was expected. */
export interface Difference {
  /** The field, with indexes: `logEAfterEach[3]`. */
  readonly field: string;
  readonly expected: unknown;
  readonly got: unknown;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function isClose(field: string, expected: number, got: unknown, tolerance: Tolerance): boolean {
  // NaN is close to nothing.
  if (typeof got !== 'number') return false;
  const absolute = P_VALUES.test(field) ? tolerance.absolutePValue : tolerance.absolute;
  return Math.abs(got - expected) <= tolerance.relative * Math.abs(expected) + absolute;
}

function compareField(
  field: string,
  expected: unknown,
  got: unknown,
  tolerance: Tolerance,
): readonly Difference[] {
  if (typeof expected === 'number') {
    return isClose(field, expected, got, tolerance) ? [] : [{ field, expected, got }];
  }
  if (isList(expected) && isList(got) && expected.length === got.length) {
    return expected.flatMap((item, index) => compareField(`${field}[${index}]`, item, got[index], tolerance));
  }
  return expected === got ? [] : [{ field, expected, got }];
}

/**
 * Compares the fields that are expected; a result may have more. A result that is not enough data agrees only where that
 * is expected.
 *
 * @returns the differences; none where they agree
 */
export function differences(
  expected: Readonly<Record<string, unknown>>,
  got: Readonly<Record<string, unknown>>,
  tolerance: Tolerance,
): readonly Difference[] {
  const whole = { status: 'ok', ...expected };
  if (whole.status !== got['status'])
    return [{ field: 'status', expected: whole.status, got: got['status'] }];
  return Object.entries(whole).flatMap(([field, value]) => compareField(field, value, got[field], tolerance));
}
