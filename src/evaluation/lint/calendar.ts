/** RFC 3339 in full, as every SDK reads it; no year 0, which Python does not have. */
const DATE =
  /^(?!0000)(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[-+](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Is this a date whose day and hour exist? Some SDKs roll others over to the next day, and some refuse them. */
export function isInCalendar(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  return day !== undefined && Number(day) <= daysOf(Number(year), Number(month));
}

/** The day before the first of the next month. */
function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
