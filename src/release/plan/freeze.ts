import type { FreezeDocument } from './plan-document.ts';

const MINUTE_MS = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;

/** Whether the platform knows a time zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Says of a moment (epoch milliseconds) whether it is frozen: no stage begins in it. */
export type IsFrozen = (at: number) => boolean;

type Weekly = Extract<FreezeDocument, { readonly from: string }>;

/** `24:00` is the end of the day. */
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const DAY_NAMES = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

function weeklyFreeze({ days, from, to, timezone = 'UTC' }: Weekly): IsFrozen {
  const listed = new Set<string>(days ?? DAY_NAMES);
  const start = minuteOf(from);
  const end = minuteOf(to);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const today = (parts.get('weekday') ?? '').toLowerCase();
    const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
    if (start < end) return listed.has(today) && minute >= start && minute < end;
    // Past midnight it is still the window of the day before.
    const yesterday = DAY_NAMES[(DAY_NAMES.findIndex((name) => name === today) + 6) % 7] ?? '';
    return (listed.has(today) && minute >= start) || (listed.has(yesterday) && minute < end);
  };
}

const datesFreeze =
  (start: number, end: number): IsFrozen =>
  (at) =>
    at >= start && at < end;

/** Frozen where any of the windows is. */
export function compileFreeze(windows: readonly FreezeDocument[]): IsFrozen {
  const all = windows.map((window) =>
    'start' in window ? datesFreeze(Date.parse(window.start), Date.parse(window.end)) : weeklyFreeze(window),
  );
  return (at) => all.some((isFrozen) => isFrozen(at));
}

const nextMinute = (from: number): number => (Math.floor(from / MINUTE_MS) + 1) * MINUTE_MS;

/**
 * The first moment from `at` on that is not frozen, to the minute; undefined when none comes: weekly windows that leave
 * no minute of the week open.
 */
export function firstOpen(windows: readonly FreezeDocument[], at: number): number | undefined {
  const isFrozen = compileFreeze(windows);
  if (!isFrozen(at)) return at;
  const ends = windows.flatMap((window) => ('end' in window ? [Date.parse(window.end)] : []));
  // Between the ends of single stretches and through the week after the last of them every kind of moment occurs.
  for (const from of [at, ...ends.filter((end) => end > at).toSorted((a, b) => a - b)]) {
    if (!isFrozen(from)) return from;
    for (let minute = 0, time = nextMinute(from); minute <= WEEK_MINUTES; minute += 1, time += MINUTE_MS) {
      if (!isFrozen(time)) return time;
    }
  }
  return undefined;
}
