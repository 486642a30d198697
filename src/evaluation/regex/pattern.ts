import { withHalvesApart } from './code-units.ts';
import { estimateProgram } from './estimate-program.ts';
import {
  compileLinear,
  lengthProblem,
  MAX_PROGRAM_SIZE,
  MAX_SUBJECT_LENGTH,
  type LinearPattern,
} from './linear-pattern.ts';
import { translatePattern } from './translate-pattern.ts';

export type Pattern =
  | { readonly ok: true; readonly linear: LinearPattern; readonly size: number }
  /** `size` is about how large a program it would be; 0 when that was not looked at. */
  | { readonly ok: false; readonly problem: string; readonly size: number };

/**
 * A pattern for `matches`, read as JavaScript reads it, which is what the node SDK does. RE2 runs it, in RE2's own
 * words, so that its time is linear in the text. Look-around and back-references, which RE2 cannot run, are not valid, and
 * neither is what only RE2 takes.
 */
export function compilePattern(text: string): Pattern {
  const problem = lengthProblem(text) ?? javaScriptProblem(text);
  if (problem !== undefined) {
    return { ok: false, problem, size: 0 };
  }
  const translation = translatePattern(text);
  if (!translation.ok) {
    return { ...translation, size: 0 };
  }
  // An estimate may be too high where alternatives begin alike, which RE2 shares: such a pattern is compiled and then measured.
  const size = estimateProgram(translation.re2);
  if (size > 2 * MAX_PROGRAM_SIZE) {
    return {
      ok: false,
      problem: `the pattern's program size is about ${size}, more than ${MAX_PROGRAM_SIZE}`,
      size,
    };
  }
  const reading = compileLinear(translation.re2.join(''));
  return reading.ok ? { ok: true, linear: reading.pattern, size } : { ...reading, size };
}

/** Unanchored search. */
export function matchesPattern(pattern: Pattern, subject: string): boolean {
  return pattern.ok && subject.length <= MAX_SUBJECT_LENGTH && pattern.linear.test(withHalvesApart(subject));
}

/** Compiled, never run: only running can take exponential time. */
function javaScriptProblem(text: string): string | undefined {
  try {
    void new RegExp(text);
    return undefined;
  } catch (error) {
    // Without the pattern, which may be long and which its author knows.
    return `JavaScript does not take it: ${String(error).split(': ').at(-1)}`;
  }
}
