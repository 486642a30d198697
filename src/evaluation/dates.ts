/** RFC 3339 as the Go SDK's `time.RFC3339Nano` has it, which the node SDK copied: a date, `T`, a time and a zone. */
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d(?::\d\d)?)/;

/**
 * Epoch milliseconds of a number (itself) or of an RFC 3339 text; `NaN`, which compares with nothing, for the rest.
 * The 30th of February rolls over to March, as in the node and Go SDKs.
 */
export function toEpochMs(value: unknown): number {
  if (typeof value === 'number') {
    return value;
  }
  return typeof value === 'string' && RFC3339.test(value) ? Date.parse(value) : Number.NaN;
}
