import { compilePattern } from '../regex/pattern.ts';
import { MAX_PROGRAM_SIZE } from '../regex/linear-pattern.ts';
import type { PatternPart } from '../regex/read-pattern.ts';
import type { FindingReporter } from './finding.ts';

/** ASCII punctuation, controls, sets and two hexadecimal digits: the escapes that every SDK knows. */
const PORTABLE_ESCAPE = /^\\(?:[!-/:-@[-`{-~ ]|[tnvfrdDwWsS]|x[\da-fA-F]{2})$/;
const ESCAPES = /\\(?:x[\da-fA-F]{2}|[^])/g;
/** An empty class, `[:alpha:]`, half of a character or one past U+FFFF. */
const NOT_PORTABLE_IN_CLASS = /^\[\^?\]|\[:|[\ud800-\udfff]/;
/** Not the same for rare characters. */
const RARE_DIFFERENCE = /^(?:\\[dDwWsSbB]|[.$]|\[\^[^]*)$/;

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
  const { parts } = pattern;
  for (const [index, part] of parts.entries()) {
    if (!isPortable(part, parts.slice(index + 1))) {
      reporter.error(
        'regex_dialect',
        `Go, JavaScript and Python do not read ${part.text} alike: use the character itself, \\x with two digits, (…) or {0,…}`,
      );
    }
  }
  const rare = new Set(parts.flatMap(escapesOf).filter((piece) => RARE_DIFFERENCE.test(piece)));
  if (rare.size > 0) {
    reporter.warning(
      'regex_edges',
      `SDKs differ on rare characters (digits, letters and blanks past ASCII, line ends, characters past U+FFFF) for ${[...rare].join(' ')}`,
    );
  }
}

/** The part itself, and the escapes in a class. */
function escapesOf({ kind, text, members }: PatternPart): readonly string[] {
  return kind === 'class' ? [text, ...members.flatMap((member) => member.match(ESCAPES) ?? [])] : [text];
}

function isPortable(part: PatternPart, rest: readonly PatternPart[]): boolean {
  const { kind, text } = part;
  // As an edge \b is known to all; in a class it is a backspace to some.
  const escapes = kind === 'edge' ? [] : escapesOf(part).filter((piece) => piece.startsWith('\\'));
  if (!escapes.every((escape) => PORTABLE_ESCAPE.test(escape))) {
    return false;
  }
  if (kind === 'group') {
    // Python writes the name of a group in another way.
    return !text.startsWith('(?<');
  }
  if (kind === 'class') {
    return !NOT_PORTABLE_IN_CLASS.test(text);
  }
  if (text === '{') {
    // Repeats in Python, and is text elsewhere.
    return !/^,\d*\}/.test(rest.map((other) => other.text).join(''));
  }
  return kind !== 'unit' || isWholeCharacter(text, rest);
}

/** The node SDK reads a character past U+FFFF as two halves, of which a repetition concerns the second. */
function isWholeCharacter(half: string, [next, after]: readonly PatternPart[]): boolean {
  if (/[\ud800-\udbff]/.test(half)) {
    return next !== undefined && /^[\udc00-\udfff]$/.test(next.text) && after?.kind !== 'repeat';
  }
  return true;
}
