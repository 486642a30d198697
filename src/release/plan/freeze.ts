import type { FreezeDocument } from './plan-document.ts';

const MINUTE_MS = 60_000;

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

/** When the window that covers a moment is over, both in epoch milliseconds; undefined: it does not cover it. */
type Covers = (at: number) => number | undefined;

/** `24:00` is the end of the day. */
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const DAY_NAMES = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const DAY_MINUTES = 24 * 60;

/** They take long to make, and there are only so many time zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const before = formats.get(timeZone);
  if (before !== undefined) return before;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}

const nextMinute = (from: number): number => (Math.floor(from / MINUTE_MS) + 1) * MINUTE_MS;

function weeklyFreeze({ days, from, to, timezone = 'UTC' }: Weekly): Covers {
  const listed = new Set<string>(days ?? DAY_NAMES);
  const start = minuteOf(from);
  const end = minuteOf(to);
  const format = formatOf(timezone);
  const local = (at: number): { readonly today: string; readonly minute: number } => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
    return { today: (parts.get('weekday') ?? '').toLowerCase(), minute };
  };
  /** In minutes on the clocks of that zone; undefined where the window does not cover it. */
  const left = (today: string, minute: number): number | undefined => {
    if (start < end) return listed.has(today) && minute >= start && minute < end ? end - minute : undefined;
    // Past midnight it is still the window of the day before.
    const yesterday = DAY_NAMES[(DAY_NAMES.findIndex((name) => name === today) + 6) % 7] ?? '';
    if (listed.has(today) && minute >= start) return DAY_MINUTES - minute + end;
    return listed.has(yesterday) && minute < end ? end - minute : undefined;
  };
  return (at) => {
    const { today, minute } = local(at);
    const minutes = left(today, minute);
    if (minutes === undefined) return undefined;
    const over = nextMinute(at) + (minutes - 1) * MINUTE_MS;
    // Clocks that are put forward or back until then: the next minute is looked at by itself.
    return local(over).minute === end % DAY_MINUTES ? over : nextMinute(at);
  };
}

const datesFreeze =
  (start: number, end: number): Covers =>
  (at) =>
    at >= start && at < end ? end : undefined;

const coverOf = (window: FreezeDocument): Covers =>
  'start' in window ? datesFreeze(Date.parse(window.start), Date.parse(window.end)) : weeklyFreeze(window);

/** Frozen where any of the windows is. */
export function compileFreeze(windows: readonly FreezeDocument[]): IsFrozen {
  const all = windows.map(coverOf);
  return (at) => all.some((cover) => cover(at) !== undefined);
}

/** Weekly windows that leave no moment of so long open never do. */
const EVERY_MOMENT_MS = 8 * DAY_MINUTES * MINUTE_MS;

/** When the last of the windows that cover a moment is over; the moment itself where none does. */
const furthest = (covers: readonly Covers[], at: number): number =>
  covers.reduce((latest, cover) => Math.max(latest, cover(at) ?? at), at);

/**
 * The first moment from `at` on that is not frozen; undefined when none comes: weekly windows that leave no minute of the
 * week open. It goes from the end of a window to the end of the next, so that it costs little however long they are.
 */
export function firstOpen(windows: readonly FreezeDocument[], at: number): number | undefined {
  const weekly = windows.filter((window) => !('start' in window)).map(coverOf);
  const dates = windows.filter((window) => 'start' in window).map(coverOf);
  let time = at;
  let weeklySince = at;
  while (time - weeklySince <= EVERY_MOMENT_MS) {
    const dated = furthest(dates, time);
    if (dated > time) {
      time = dated;
      weeklySince = dated;
      continue;
    }
    const open = furthest(weekly, time);
    if (open === time) return time;
    time = open;
  }
  return undefined;
}
