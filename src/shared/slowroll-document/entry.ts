import type { JsonValue } from '../../evaluation/model.ts';
import { isRecord, type JsonRecord } from '../../evaluation/json.ts';
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

const KNOWN = new Set([
  'end_time',
  'duration',
  'stable',
  'new',
  'early_adopters',
  'early_adopter_patterns',
  'start_pct',
  'end_pct',
  'interpolate',
  'rollback',
]);

/** `undefined` for an unusable entry. Everything that is wrong, in usable entries too, goes to `findings`. */
export function readEntry(
  value: unknown,
  path: string,
  findings: SlowrollFinding[],
): SlowrollEntry | undefined {
  if (!isJson(value) || !isRecord(value)) {
    findings.push({
      path,
      message: `expected an object with stable, new, end_time and duration, got ${describe(value)}`,
    });
    return undefined;
  }
  let isRight = true;
  const complain: Complain = (field, expected, given = value[field], index) => {
    isRight = false;
    const at = member(path, field);
    findings.push({
      path: index === undefined ? at : member(at, index),
      message: `expected ${expected}, got ${describe(given)}`,
    });
  };
  for (const field of Object.keys(value)) {
    if (!KNOWN.has(field)) {
      findings.push({ path: member(path, field), message: 'is not a field of a rollout and is ignored' });
    }
  }
  const { stable, new: next } = value;
  if (!isJson(stable)) {
    complain('stable', 'a value');
    return undefined;
  }
  // Without `new` every hash key has `stable`, and no other field is read, as in the original.
  if (!isJson(next)) return { ...SETTLED, stable, source: value };
  const plan = readPlan(value, complain);
  return isRight ? { ...plan, stable, next, source: value } : undefined;
}

type Plan = Omit<SlowrollEntry, 'stable' | 'next' | 'source'>;

const SETTLED: Plan = {
  startTime: 0,
  duration: 0,
  startShare: 0,
  endShare: 0,
  earlyAdopters: new Set(),
  earlyAdopterPatterns: [],
  interpolate: false,
};

/** Invalid fields are reported and replaced by placeholders; the entry is not used then. */
function readPlan(value: JsonRecord, complain: Complain): Plan {
  const endTime = typeof value['end_time'] === 'string' ? parseEndTime(value['end_time']) : undefined;
  if (endTime === undefined) complain('end_time', 'a UTC time such as "2026-11-20 18:30Z"');
  const duration = typeof value['duration'] === 'string' ? parseDuration(value['duration']) : undefined;
  if (duration === undefined) {
    complain('duration', 'a duration such as "14d", "1d 12h" or "90m", of at most 10,000 years');
  }
  const interpolate = readBoolean(value, 'interpolate', complain);
  if (interpolate && !(typeof value['stable'] === 'number' && typeof value['new'] === 'number')) {
    complain('interpolate', 'numbers in stable and new to go between');
  }
  const rollback = readBoolean(value, 'rollback', complain);
  const startPercent = readPercent(value, 'start_pct', rollback ? 100 : 0, complain);
  const endPercent = readPercent(value, 'end_pct', rollback ? 0 : 100, complain);
  if (rollback && startPercent < endPercent) {
    complain('rollback', `end_pct to be at most start_pct (${startPercent}) to count down`, endPercent);
  }
  return {
    startTime: (endTime ?? 0) - (duration ?? 0),
    duration: duration ?? 0,
    startShare: startPercent / 100,
    endShare: endPercent / 100,
    earlyAdopters: new Set(readStrings(value, 'early_adopters', complain)),
    earlyAdopterPatterns: readPatterns(value, 'early_adopter_patterns', complain),
    interpolate,
  };
}

/** What came is the field's value, unless said; `index` is the item's, in a list. */
type Complain = (field: string, expected: string, given?: unknown, index?: number) => void;

function readBoolean(value: JsonRecord, field: string, complain: Complain): boolean {
  const given = value[field] ?? false;
  if (typeof given === 'boolean') return given;
  complain(field, 'true or false');
  return false;
}

function readPercent(value: JsonRecord, field: string, fallback: number, complain: Complain): number {
  const given = value[field] ?? fallback;
  if (typeof given === 'number' && given >= 0 && given <= 100) return given;
  complain(field, 'a number from 0 to 100');
  return fallback;
}

function readStrings(value: JsonRecord, field: string, complain: Complain): readonly string[] {
  const given = value[field] ?? [];
  if (!Array.isArray(given)) {
    complain(field, 'a list of strings');
    return [];
  }
  const wrong = given.findIndex((item) => typeof item !== 'string');
  if (wrong === -1) return given;
  complain(field, 'a string', given[wrong], wrong);
  return [];
}

function readPatterns(value: JsonRecord, field: string, complain: Complain): readonly LinearPattern[] {
  return readStrings(value, field, complain).flatMap((source, index) => {
    const reading = readLinearPattern(source);
    if (reading.ok) {
      return [reading.pattern];
    }
    complain(
      field,
      `a regular expression without look-around or back-references (${reading.problem})`,
      source,
      index,
    );
    return [];
  });
}

/** What JSON.parse made is JSON; only a field that is not there is not. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}
