import { type Course, type FreezeDocument, WEEKDAYS } from '../../../release/plan/plan-document.ts';
import type { PlanProblem } from '../../../release/plan/check-plan.ts';

/** What the form of a plan has in its fields, by name; fields of rows end in the row's number, from 0. */
export type PlanFields = Readonly<Record<string, string>>;

/** The most rows of each kind, by their first field, and how many empty ones stand at the end for more of them. */
const ROWS = { share: { most: 100, spare: 2 }, metric: { most: 10, spare: 1 } } as const;

/** Whatever text a form sent. */
export function planFieldsIn(body: unknown): PlanFields {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'string' ? [[name, value.trim().slice(0, 4_000)]] : [],
    ),
  );
}

/** The form of a course that somebody has kept. */
export function planFieldsOf(course: Course): PlanFields {
  const { stages = [], ramp, guards = [], approvals = [], freeze = [], holdback } = course;
  const rows = [
    ...stages.flatMap(({ share, hold }, row) => [
      [`share-${row}`, share],
      [`hold-${row}`, hold],
      [`approval-${row}`, approvals.includes(row) ? 'yes' : ''],
    ]),
    ...guards.flatMap(({ metric, margin, action, minimumListeners }, row) => [
      [`metric-${row}`, metric],
      [`margin-${row}`, margin === undefined ? '' : percentOf(margin)],
      [`margin-of-${row}`, margin !== undefined && 'absolute' in margin ? 'absolute' : 'relative'],
      [`within-${row}`, (margin !== undefined && 'absolute' in margin ? margin.within : undefined) ?? ''],
      [`action-${row}`, action ?? ''],
      [`minimum-${row}`, minimumListeners ?? ''],
    ]),
    ['rises', ramp === undefined ? 'stages' : 'ramp'],
    ['ramp-duration', ramp?.duration ?? ''],
    ['ramp-curve', ramp?.curve ?? ''],
    ['ramp-from', ramp?.startShare ?? ''],
    ['ramp-to', ramp?.endShare ?? ''],
    ['freeze', freeze.map(freezeLine).join('\n')],
    ['holdback-share', holdback?.share ?? ''],
    ['holdback-watch', holdback?.watch ?? ''],
    ['alpha', course.alpha === undefined ? '' : inPercent(course.alpha)],
    ['extend', course.extendAtMost ?? ''],
  ];
  return Object.fromEntries(rows.map(([name, value]) => [name, String(value)]));
}

const exactly = (value: number): number => Number(value.toPrecision(12));
const inPercent = (part: number): number => exactly(100 * part);
const percentOf = (margin: NonNullable<NonNullable<Course['guards']>[number]['margin']>): number =>
  inPercent('relative' in margin ? margin.relative : margin.absolute);

/** The rows of stages or guards to show: those that are filled in, and some to fill in. */
export function rowsOf(fields: PlanFields, first: 'share' | 'metric'): readonly number[] {
  const { most, spare } = ROWS[first];
  const last = filledRows(fields, first).at(-1) ?? -1;
  return Array.from({ length: Math.min(most, last + 1 + spare) }, (_, row) => row);
}

function filledRows(fields: PlanFields, first: 'share' | 'metric'): readonly number[] {
  const names = first === 'share' ? ['share', 'hold'] : ['metric'];
  const rows = Array.from({ length: ROWS[first].most }, (_, row) => row);
  return rows.filter((row) => names.some((name) => textIn(fields, `${name}-${row}`) !== undefined));
}

/** Undefined: the field is empty. */
const textIn = (fields: PlanFields, name: string): string | undefined =>
  Object.hasOwn(fields, name) && fields[name] !== '' ? fields[name] : undefined;

/** A number, also with a decimal comma; what is none stays text, so that the plan's own check names it. */
function numberIn(fields: PlanFields, name: string, per = 1): number | string | undefined {
  const text = textIn(fields, name);
  if (text === undefined) return undefined;
  const value = Number(text.replace(',', '.'));
  return Number.isNaN(value) ? text : exactly(value / per);
}

/** Without the fields that say nothing: a plan has defaults for them. */
const given = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** What a form says of a course, unchecked but for what only a form can get wrong. */
export function courseIn(fields: PlanFields): {
  readonly course: object;
  readonly problems: readonly PlanProblem[];
} {
  const isRamp = fields['rises'] === 'ramp';
  const rows = isRamp ? [] : filledRows(fields, 'share');
  const approvals = rows.flatMap((row, index) =>
    textIn(fields, `approval-${row}`) === undefined ? [] : [index],
  );
  const guards = filledRows(fields, 'metric').map((row) => guardIn(fields, row));
  const { windows, problems } = freezeIn(fields['freeze'] ?? '');
  const holdback = given({
    share: numberIn(fields, 'holdback-share'),
    watch: textIn(fields, 'holdback-watch'),
  });
  const ramp = given({
    duration: textIn(fields, 'ramp-duration'),
    curve: textIn(fields, 'ramp-curve'),
    startShare: numberIn(fields, 'ramp-from'),
    endShare: numberIn(fields, 'ramp-to'),
  });
  const stages = rows.map((row) =>
    given({ share: numberIn(fields, `share-${row}`), hold: textIn(fields, `hold-${row}`) }),
  );
  const course = given({
    ...(isRamp ? { ramp } : { stages }),
    guards: guards.length === 0 ? undefined : guards,
    approvals: approvals.length === 0 ? undefined : approvals,
    freeze: windows.length === 0 ? undefined : windows,
    holdback: Object.keys(holdback).length === 0 ? undefined : holdback,
    alpha: numberIn(fields, 'alpha', 100),
    extendAtMost: textIn(fields, 'extend'),
  });
  return { course, problems };
}

function guardIn(fields: PlanFields, row: number): object {
  const margin = numberIn(fields, `margin-${row}`, 100);
  const within = textIn(fields, `within-${row}`);
  const isAbsolute = fields[`margin-of-${row}`] === 'absolute';
  return given({
    metric: textIn(fields, `metric-${row}`),
    margin: isAbsolute
      ? given({ absolute: margin ?? 0, within })
      : margin === undefined
        ? undefined
        : { relative: margin },
    action: textIn(fields, `action-${row}`),
    minimumListeners: numberIn(fields, `minimum-${row}`),
  });
}

const WEEKLY = /^(?:([a-z][a-z, ]*?)\s+)?(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)(?:\s+(\S+))?$/i;
const DATES = /^(\d{4}-\S+)\s+to\s+(\d{4}-\S+)$/i;

/** One window a line, in the words that {@link freezeLine} writes. */
function freezeIn(text: string): {
  readonly windows: readonly object[];
  readonly problems: readonly PlanProblem[];
} {
  const windows: object[] = [];
  const problems: PlanProblem[] = [];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  for (const [index, line] of lines.entries()) {
    const [, days, from, to, timezone] = WEEKLY.exec(line.trim()) ?? [];
    const [, start, end] = DATES.exec(line.trim()) ?? [];
    if (from !== undefined) windows.push(given({ days: daysIn(days), from, to, timezone }));
    else if (start !== undefined) windows.push({ start, end });
    else
      problems.push({
        pointer: `/freeze/${index}`,
        code: 'invalid_value',
        detail: `expected times such as "friday, saturday 14:00-24:00 Europe/Berlin", or dates such as "2026-12-24T00:00Z to 2026-12-27T00:00Z", got "${line.trim().slice(0, 80)}"`,
      });
  }
  return { windows, problems };
}

/** Names may be cut short: fri. */
function daysIn(text: string | undefined): readonly string[] | undefined {
  return text
    ?.toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== '' && name !== 'and')
    .map((name) => WEEKDAYS.find((day) => name.length >= 3 && day.startsWith(name)) ?? name);
}

const freezeLine = (window: FreezeDocument): string =>
  'start' in window
    ? `${window.start} to ${window.end}`
    : [(window.days ?? []).join(', '), `${window.from}-${window.to}`, window.timezone ?? '']
        .filter((part) => part !== '')
        .join(' ');
