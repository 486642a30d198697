import { compilePattern } from '../regex/pattern.ts';
import type { PatternPart } from '../regex/read-pattern.ts';
import type { FindingReporter } from './finding.ts';

/** ASCII punctuation, controls, sets and two hexadecimal digits: the escapes that every SDK knows. */
const PORTABLE_ESCAPE = /^\\(?:[!-/:-@[-`{-~ ]|[tnvfrdDwWsS]|x[\da-fA-F]{2})$/;
const ESCAPES = /\\(?:x[\da-fA-F]{2}|[^])/g;
/** An empty class, `[:alpha:]`, half of a character or one past U+FFFF. */
const NOT_PORTABLE_IN_CLASS = /^\[\^?\]|\[:|[\ud800-\udfff]/;
/** Not the same for rare characters. */
const RARE_DIFFERENCE = /^(?:\\[dDwWsSbB]|[.$]|\[\^[^]*)$/;

/** A pattern of `matches`: it must be valid here, and mean the same to every SDK. */
export function lintPattern(text: string, reporter: FindingReporter): void {
  const pattern = compilePattern(text);
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
