import * as z from 'zod';
import type { JsonValue } from '../../evaluation/model.ts';
import { isRecord } from '../../evaluation/json.ts';
import { readLinearPattern, type LinearPattern } from '../../evaluation/regex/linear-pattern.ts';
import { describe, member, type SlowrollFinding } from './finding.ts';
import { parseDuration, parseEndTime } from './time.ts';

/** One value on its way from `stable` to `new`. */
export interface SlowrollEntry {
  readonly stable: JsonValue;
  /** Absent: nothing is being rolled out. */
  readonly next?: JsonValue;
  /** Microseconds since the epoch. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  /** Shares from 0 to 1, at the start and at the end. */
  readonly startShare: number;
  readonly endShare: number;
  readonly earlyAdopters: ReadonlySet<string>;
  readonly earlyAdopterPatterns: readonly LinearPattern[];
  /** Every hash key gets the same number between `stable` and `new`. */
  readonly interpolate: boolean;
  /** The entry as it was written. */
  readonly source: JsonValue;
}

const PERCENT = 'a number from 0 to 100';
const percent = z.number(PERCENT).min(0, PERCENT).max(100, PERCENT).nullish();
const boolean = z.boolean('true or false').nullish();

/** A text that `parse` reads. */
const readBy = (parse: (text: string) => number | undefined, expected: string) =>
  z.string(expected).transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: expected, input: text });
    return z.NEVER;
  });

const pattern = z.string('a string').transform((source, context) => {
  const reading = readLinearPattern(source);
  if (reading.ok) return reading.pattern;
  const message = `a regular expression without look-around or back-references (${reading.problem})`;
  context.issues.push({ code: 'custom', message, input: source });
  return z.NEVER;
});

const fields = {
  stable: z.custom<JsonValue>(isJson, 'a value'),
  new: z.custom<JsonValue>(isJson, 'a value'),
  end_time: readBy(parseEndTime, 'a UTC time such as "2026-11-20 18:30Z"'),
  duration: readBy(parseDuration, 'a duration such as "14d", "1d 12h" or "90m", of at most 10,000 years'),
  early_adopters: z.array(z.string('a string'), 'a list of strings').nullish(),
  early_adopter_patterns: z.array(pattern, 'a list of strings').nullish(),
  start_pct: percent,
  end_pct: percent,
  interpolate: boolean,
  rollback: boolean,
};

/** Issues say what was expected, and carry what came. */
const rollout = z.object(fields).transform((value, context) => {
  const { stable, new: next, end_time: endTime, duration, interpolate, rollback } = value;
  if (interpolate === true && !(typeof stable === 'number' && typeof next === 'number')) {
    const message = 'numbers in stable and new to go between';
    context.issues.push({ code: 'custom', path: ['interpolate'], message, input: interpolate });
  }
  const startPercent = value.start_pct ?? (rollback === true ? 100 : 0);
  const endPercent = value.end_pct ?? (rollback === true ? 0 : 100);
  if (rollback === true && startPercent < endPercent) {
    const message = `end_pct to be at most start_pct (${startPercent}) to count down`;
    context.issues.push({ code: 'custom', path: ['rollback'], message, input: endPercent });
  }
  return {
    stable,
    next,
    startTime: endTime - duration,
    duration,
    startShare: startPercent / 100,
    endShare: endPercent / 100,
    earlyAdopters: new Set(value.early_adopters),
    earlyAdopterPatterns: value.early_adopter_patterns ?? [],
    interpolate: interpolate ?? false,
  };
});

/** `undefined` for an unusable entry. Everything that is wrong, in usable entries too, goes to `findings`. */
export function readEntry(
  value: unknown,
  path: string,
  findings: SlowrollFinding[],
): SlowrollEntry | undefined {
  const complain = (steps: readonly PropertyKey[], expected: string, given: unknown): void => {
    const at = steps.reduce<string>(
      (where, step) => member(where, typeof step === 'number' ? step : String(step)),
      path,
    );
    findings.push({ path: at, message: `expected ${expected}, got ${describe(given)}` });
  };
  if (!isJson(value) || !isRecord(value)) {
    complain([], 'an object with stable, new, end_time and duration', value);
    return undefined;
  }
  for (const field of Object.keys(value).filter((name) => !Object.hasOwn(fields, name))) {
    findings.push({ path: member(path, field), message: 'is not a field of a rollout and is ignored' });
  }
  // Without `new` every hash key has `stable`, and no other field is read, as in the original.
  const { stable, new: next } = value;
  if (isJson(stable) && !isJson(next)) return { ...SETTLED, stable, source: value };
  const parsed = rollout.safeParse(value, { reportInput: true });
  if (parsed.success) return { ...parsed.data, source: value };
  for (const issue of parsed.error.issues) complain(issue.path, issue.message, issue.input);
  return undefined;
}

const SETTLED: Omit<SlowrollEntry, 'stable' | 'next' | 'source'> = {
  startTime: 0,
  duration: 0,
  startShare: 0,
  endShare: 0,
  earlyAdopters: new Set(),
  earlyAdopterPatterns: [],
  interpolate: false,
};

/** What JSON.parse made is JSON; only a field that is not there is not. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}
