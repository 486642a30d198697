/** Times here are integer microseconds since the epoch, the finest that the format has. */
const MICROSECONDS = { d: 86_400_000_000, h: 3_600_000_000, m: 60_000_000, s: 1_000_000, ms: 1_000 } as const;

const END_TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?Z$/;
/** Ten thousand years: no two times of the format are further apart. */
const MAX_DURATION = 3_652_500 * MICROSECONDS.d;
const DURATION_PART = /\s*(\d+(?:\.\d*)?|\.\d+)\s*(ms|d|h|m|s)\s*/y;

/** `YYYY-MM-DD HH:MMZ`, with seconds or up to six decimals of them if wanted; undefined for anything else. */
export function parseEndTime(text: string): number | undefined {
  const parts = END_TIME.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = ''] = parts;
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  // Date.UTC rolls February 30 over into March: what comes back must be what was written.
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second.padStart(2, '0')}.000Z`;
  if (new Date(time).toISOString() !== written) return undefined;
  return time * 1000 + Number(fraction.padEnd(6, '0'));
}

/**
 * Any of `d h m s ms`, each at most once, decimals and blanks allowed, ten thousand years at most; empty is 0;
 * undefined for anything else.
 */
export function parseDuration(text: string): number | undefined {
  const seen = new Set<string>();
  let total = 0;
  DURATION_PART.lastIndex = 0;
  let position = 0;
  while (position < text.length) {
    DURATION_PART.lastIndex = position;
    const part = DURATION_PART.exec(text);
    if (part === null) return text.trim() === '' ? 0 : undefined;
    const [whole, amount, unit] = part;
    if (!isUnit(unit) || seen.has(unit)) return undefined;
    seen.add(unit);
    total += Number(amount) * MICROSECONDS[unit];
    position += whole.length;
  }
  return total <= MAX_DURATION ? Math.round(total) : undefined;
}

function isUnit(unit: string | undefined): unit is keyof typeof MICROSECONDS {
  return unit !== undefined && Object.hasOwn(MICROSECONDS, unit);
}
