import { RE2JS } from 're2js';

/** Longest pattern, in UTF-16 code units. */
export const MAX_PATTERN_LENGTH = 256;
/** Longest text that is matched; a longer one does not match. */
export const MAX_SUBJECT_LENGTH = 1_024;
/** RE2's measure of what a pattern costs: time is at most this times the subject's length. */
export const MAX_PROGRAM_SIZE = 1_000;

/** A regular expression that no text can slow down. */
export interface LinearPattern {
  /** Unanchored; a text of more than 1,024 code units does not match. */
  test(text: string): boolean;
}

export type LinearReading =
  | { readonly ok: true; readonly pattern: LinearPattern }
  | { readonly ok: false; readonly problem: string };

/** A pattern in RE2's own dialect, bounded in length and in program size. */
export function readLinearPattern(source: string): LinearReading {
  const problem = lengthProblem(source);
  const reading: LinearReading = problem === undefined ? compileLinear(source) : { ok: false, problem };
  if (!reading.ok) {
    return reading;
  }
  const { pattern } = reading;
  return {
    ok: true,
    pattern: { test: (text) => text.length <= MAX_SUBJECT_LENGTH && pattern.test(text) },
  };
}

/**
 * The same; `undefined` for what RE2 does not take.
 *
 * @example
 * compileLinearPattern('@example\\.com$')?.test('anna@example.com'); // → true
 */
export function compileLinearPattern(source: string): LinearPattern | undefined {
  const reading = readLinearPattern(source);
  return reading.ok ? reading.pattern : undefined;
}

export function lengthProblem({ length }: string): string | undefined {
  return length > MAX_PATTERN_LENGTH
    ? `the pattern has ${length} characters, more than ${MAX_PATTERN_LENGTH}`
    : undefined;
}

/** Bounded in program size only: the caller bounds the texts. */
export function compileLinear(source: string): LinearReading {
  try {
    const regex = RE2JS.compile(source);
    const size = regex.programSize();
    return size > MAX_PROGRAM_SIZE
      ? { ok: false, problem: `the pattern's program size is ${size}, more than ${MAX_PROGRAM_SIZE}` }
      : { ok: true, pattern: regex };
  } catch (error) {
    // Without the name of the library's error, which does not help the author of a pattern.
    return { ok: false, problem: String(error).replace(/^\w+: /, '') };
  }
}
