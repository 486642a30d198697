import { compilePattern } from '../regex/pattern.ts';
import { MAX_PROGRAM_SIZE } from '../regex/linear-pattern.ts';
import type { FindingReporter } from './finding.ts';

/** Besides escapes: an empty class, `[:alpha:]`, a named group and a repetition without a lower bound. */
const ESCAPES_AND_ODDITIES = /\\(?:x[\da-fA-F]{2}|[^])|\[\^?\]|\[:|\(\?<(?![=!])|\{,\d*\}/g;
/** The escapes of ASCII punctuation, controls and sets, and two hexadecimal digits: those that every SDK knows. */
const PORTABLE = /^\\(?:[!-/:-@[-`{-~ ]|[tnvfrdDwWsSbB]|x[\da-fA-F]{2})$/;

/** What the patterns of one definition may cost together; `left` shrinks as they are looked at. */
export interface PatternBudget {
  left: number;
}

/** Five of the most expensive patterns, or hundreds of ordinary ones: one evaluation may try them all. */
export const MAX_PATTERN_COST = 5_000;

/** A pattern of `matches`: it must be valid here, and mean the same to every SDK. */
export function lintPattern(text: string, reporter: FindingReporter, budget: PatternBudget): void {
  if (budget.left < 0) {
    return;
  }
  const pattern = compilePattern(text);
  budget.left -= 1 + Math.min(MAX_PROGRAM_SIZE, pattern.size);
  if (budget.left < 0) {
    reporter.error(
      'limit_exceeded',
      `expected patterns with a program size of at most ${MAX_PATTERN_COST} together, and this one is over it; none after it was looked at`,
    );
    return;
  }
  if (!pattern.ok) {
    reporter.error(
      'invalid_regex',
      `expected a regular expression that JavaScript and RE2 take: ${pattern.problem}`,
    );
    return;
  }
  const [piece] = [...text.matchAll(ESCAPES_AND_ODDITIES)].find(([each]) => !PORTABLE.test(each)) ?? [];
  if (piece !== undefined) {
    reporter.error(
      'regex_dialect',
      `Go, JavaScript and Python do not read ${piece} alike: use the character itself, \\x with two digits, (…) or {0,…}`,
    );
  }
}
