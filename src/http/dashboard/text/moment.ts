/** A point in time as a page shows it. */
export interface Moment {
  /** ISO 8601, UTC; a script shows it in the reader's own time zone. */
  readonly iso: string;
  /** `14:03:12 UTC`, and on other days `17 Mar 2025, 14:03 UTC`. */
  readonly text: string;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** @param now milliseconds since 1970 */
export function momentOf(iso: string, now: number): Moment {
  const at = new Date(iso);
  const time = at.toISOString().slice(11, 19);
  const sameDay = iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return { iso, text: sameDay ? `${time} UTC` : `${DAY.format(at)}, ${time.slice(0, 5)} UTC` };
}
