import { compileLinearPattern, type LinearPattern } from '../../evaluation/index.ts';
import type { JsonValue } from '../../evaluation/model.ts';
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
  /** Everybody gets the same number on the line between `stable` and `new`. */
  readonly interpolate: boolean;
}

export type SlowrollDocument = ReadonlyMap<string, ReadonlyMap<string, SlowrollEntry>>;

export interface SlowrollFinding {
  /** As in `$.search.ranking.end_time`. */
  readonly path: string;
  /** What was expected, and what came. */
  readonly message: string;
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

/**
 * Reads `{section: {key: {…}}}`. What is wrong is named with its path, in plain words; the entries that are right
 * are still in the document, so that one typing error does not take every other value away.
 */
export function readSlowrollDocument(json: unknown): {
  readonly document: SlowrollDocument;
  readonly findings: readonly SlowrollFinding[];
} {
  const findings: SlowrollFinding[] = [];
  const document = new Map<string, ReadonlyMap<string, SlowrollEntry>>();
  if (!isObject(json)) {
    return {
      document,
      findings: [{ path: '$', message: `expected an object of sections, got ${describe(json)}` }],
    };
  }
  for (const [section, keys] of Object.entries(json)) {
    const path = `$.${section}`;
    if (!isObject(keys)) {
      findings.push({ path, message: `expected an object of keys, got ${describe(keys)}` });
      continue;
    }
    const entries = new Map<string, SlowrollEntry>();
    for (const [key, value] of Object.entries(keys)) {
      const entry = readEntry(value, `${path}.${key}`, findings);
      if (entry !== undefined) entries.set(key, entry);
    }
    document.set(section, entries);
  }
  return { document, findings };
}

function readEntry(value: unknown, path: string, findings: SlowrollFinding[]): SlowrollEntry | undefined {
  if (!isObject(value)) {
    findings.push({
      path,
      message: `expected an object with stable, new, end_time and duration, got ${describe(value)}`,
    });
    return undefined;
  }
  const problems: SlowrollFinding[] = [];
  const complain = (field: string, expected: string): void => {
    problems.push({
      path: `${path}.${field}`,
      message: `expected ${expected}, got ${describe(value[field])}`,
    });
  };
  for (const field of Object.keys(value)) {
    if (!KNOWN.has(field))
      findings.push({ path: `${path}.${field}`, message: `is not a field of a rollout and is ignored` });
  }

  const endTime = typeof value['end_time'] === 'string' ? parseEndTime(value['end_time']) : undefined;
  if (endTime === undefined) complain('end_time', 'a UTC time such as "2026-11-20 18:30Z"');
  const duration = typeof value['duration'] === 'string' ? parseDuration(value['duration']) : undefined;
  if (duration === undefined) complain('duration', 'a duration such as "14d", "1d 12h" or "90m"');
  const stable = value['stable'];
  if (!isJson(stable)) complain('stable', 'a value');

  const rollback = readBoolean(value, 'rollback', complain);
  const interpolate = readBoolean(value, 'interpolate', complain);
  if (interpolate && !(typeof value['stable'] === 'number' && typeof value['new'] === 'number')) {
    complain('interpolate', 'numbers in stable and new to go between');
  }
  const startShare = readPercent(value, 'start_pct', rollback ? 100 : 0, complain);
  const endShare = readPercent(value, 'end_pct', rollback ? 0 : 100, complain);
  const earlyAdopters = readStrings(value, 'early_adopters', complain);
  const patterns = readStrings(value, 'early_adopter_patterns', complain).flatMap((source) => {
    const pattern = compileLinearPattern(source);
    if (pattern === undefined)
      complain('early_adopter_patterns', 'regular expressions without look-around or back-references');
    return pattern === undefined ? [] : [pattern];
  });

  findings.push(...problems);
  if (problems.length > 0 || endTime === undefined || duration === undefined || !isJson(stable))
    return undefined;
  return {
    stable,
    ...(isJson(value['new']) ? { next: value['new'] } : {}),
    startTime: endTime - duration,
    duration,
    startShare,
    endShare,
    earlyAdopters: new Set(earlyAdopters),
    earlyAdopterPatterns: patterns,
    interpolate,
  };
}

type Complain = (field: string, expected: string) => void;
type Fields = Readonly<Record<string, unknown>>;

function readBoolean(value: Fields, field: string, complain: Complain): boolean {
  const given = value[field] ?? false;
  if (typeof given === 'boolean') return given;
  complain(field, 'true or false');
  return false;
}

function readPercent(value: Fields, field: string, fallback: number, complain: Complain): number {
  const given = value[field] ?? fallback;
  if (typeof given === 'number' && given >= 0 && given <= 100) return given / 100;
  complain(field, 'a number from 0 to 100');
  return fallback / 100;
}

function readStrings(value: Fields, field: string, complain: Complain): readonly string[] {
  const given = value[field] ?? [];
  if (Array.isArray(given) && given.every((item) => typeof item === 'string')) return given;
  complain(field, 'a list of strings');
  return [];
}

/** What JSON.parse made is JSON; only a field that is not there is not. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
