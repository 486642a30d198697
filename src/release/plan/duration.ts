const UNITS_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);
const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)/g;

/** `10m`, `1h 30m`, `250ms`: numbers with units, in any order. */
export const DURATION_PATTERN = /^\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)(?:\s*\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w))*$/;

/**
 * Milliseconds of a duration that fits {@link DURATION_PATTERN}; what does not fit counts as nothing.
 *
 * @example parseDuration('1h 30m') // 5,400,000
 */
export function parseDuration(text: string): number {
  let ms = 0;
  for (const [, amount, unit = ''] of text.matchAll(PART)) ms += Number(amount) * (UNITS_MS.get(unit) ?? 0);
  return Math.round(ms);
}

const SHOWN = ['d', 'h', 'm', 's', 'ms'];

/**
 * The two largest units of a duration, for people.
 *
 * @example showDuration(5_430_000) // '1h 30m'
 */
export function showDuration(ms: number): string {
  const parts: string[] = [];
  let rest = Math.round(ms);
  for (const unit of SHOWN) {
    const size = UNITS_MS.get(unit) ?? 1;
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 && parts.length < 2) parts.push(`${amount}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}
