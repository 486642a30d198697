import { RE2JS } from 're2js';
import { withHalvesApart } from './code-units.ts';
import { readPattern, type PatternPart } from './read-pattern.ts';

/** Longest pattern, in UTF-16 code units. */
export const MAX_PATTERN_LENGTH = 256;
/** Longest text that is matched; a longer one does not match. */
export const MAX_SUBJECT_LENGTH = 1_024;
/** RE2's measure of what a pattern costs: time is at most this times the subject's length. */
export const MAX_PROGRAM_SIZE = 1_000;

export type Pattern =
  | { readonly ok: true; readonly regex: RE2JS; readonly parts: readonly PatternPart[] }
  | { readonly ok: false; readonly problem: string };

type Linear = { readonly ok: true; readonly regex: RE2JS } | { readonly ok: false; readonly problem: string };

/**
 * A pattern for `matches`, read as JavaScript reads it, which is what the node SDK does. It runs in time linear in the
 * text whatever it says: RE2 runs it, in RE2's own words. So look-around and back-references, which RE2 cannot run, are
 * not valid, and neither is what only RE2 takes.
 */
export function compilePattern(text: string): Pattern {
  const problem = lengthProblem(text) ?? javaScriptProblem(text);
  if (problem !== undefined) {
    return { ok: false, problem };
  }
  const parts = readPattern(text);
  const alien = parts.find(({ kind }) => kind === 'alien');
  if (alien !== undefined) {
    return { ok: false, problem: alien.re2 };
  }
  const linear = compileLinear(parts.map(({ re2 }) => re2).join(''));
  return linear.ok ? { ...linear, parts } : linear;
}

/** Unanchored search. */
export function matchesPattern(pattern: Pattern, subject: string): boolean {
  return pattern.ok && subject.length <= MAX_SUBJECT_LENGTH && pattern.regex.test(withHalvesApart(subject));
}

/** A regular expression that no text can slow down. */
export interface LinearPattern {
  /** Unanchored; a text of more than 1,024 code units does not match. */
  test(text: string): boolean;
}

export type LinearReading =
  | { readonly ok: true; readonly pattern: LinearPattern }
  | { readonly ok: false; readonly problem: string };

/** RE2's own dialect, bounded as above. */
export function readLinearPattern(source: string): LinearReading {
  const tooLong = lengthProblem(source);
  if (tooLong !== undefined) {
    return { ok: false, problem: tooLong };
  }
  const linear = compileLinear(source);
  return linear.ok
    ? {
        ok: true,
        pattern: { test: (text) => text.length <= MAX_SUBJECT_LENGTH && linear.regex.test(text) },
      }
    : linear;
}

/** The same; `undefined` for what RE2 does not take. */
export function compileLinearPattern(source: string): LinearPattern | undefined {
  const reading = readLinearPattern(source);
  return reading.ok ? reading.pattern : undefined;
}

function lengthProblem({ length }: string): string | undefined {
  return length > MAX_PATTERN_LENGTH
    ? `the pattern has ${length} characters, more than ${MAX_PATTERN_LENGTH}`
    : undefined;
}

/** Only compiled, never run: running is what can take for ever. */
function javaScriptProblem(text: string): string | undefined {
  try {
    void new RegExp(text);
    return undefined;
  } catch (error) {
    // Without the pattern, which may be long and which the author knows.
    return `JavaScript does not take it: ${String(error).split(': ').at(-1)}`;
  }
}

function compileLinear(source: string): Linear {
  try {
    const regex = RE2JS.compile(source);
    const size = regex.programSize();
    return size > MAX_PROGRAM_SIZE
      ? { ok: false, problem: `the pattern's program size is ${size}, more than ${MAX_PROGRAM_SIZE}` }
      : { ok: true, regex };
  } catch (error) {
    // Without the name of the library's error, which tells an author of patterns nothing.
    return { ok: false, problem: String(error).replace(/^\w+: /, '') };
  }
}
