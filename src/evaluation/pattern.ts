import { RE2JS } from 're2js';

/** Longest pattern, in UTF-16 code units. */
export const MAX_PATTERN_LENGTH = 256;
/** Longest text that is matched; a longer one does not match. */
export const MAX_SUBJECT_LENGTH = 1_024;
/** RE2's measure of what a pattern costs: time is at most this times the subject's length. */
export const MAX_PROGRAM_SIZE = 1_000;

export type Pattern =
  | { readonly ok: true; readonly regex: RE2JS }
  | { readonly ok: false; readonly problem: string };

/**
 * A pattern for `matches`. It runs in time linear in the text whatever it says, so look-around and back-references,
 * which cannot, are not valid.
 */
export function compilePattern(text: string): Pattern {
  if (text.length > MAX_PATTERN_LENGTH) {
    return {
      ok: false,
      problem: `the pattern has ${text.length} characters, more than ${MAX_PATTERN_LENGTH}`,
    };
  }
  try {
    const regex = RE2JS.compile(text);
    const size = regex.programSize();
    return size > MAX_PROGRAM_SIZE
      ? { ok: false, problem: `the pattern's program size is ${size}, more than ${MAX_PROGRAM_SIZE}` }
      : { ok: true, regex };
  } catch (error) {
    // Without the name of the library's error, which tells an author of patterns nothing.
    return { ok: false, problem: String(error).replace(/^\w+: /, '') };
  }
}

/** Unanchored search. */
export function matchesPattern(pattern: Pattern, subject: string): boolean {
  return pattern.ok && subject.length <= MAX_SUBJECT_LENGTH && pattern.regex.test(subject);
}

/** A regular expression that no text can slow down. */
export interface LinearPattern {
  /** Unanchored; a text of more than 1,024 code units does not match. */
  test(text: string): boolean;
}

/** RE2's dialect, bounded as above; `undefined` for what it does not take. */
export function compileLinearPattern(source: string): LinearPattern | undefined {
  const pattern = compilePattern(source);
  return pattern.ok ? { test: (text) => matchesPattern(pattern, text) } : undefined;
}
