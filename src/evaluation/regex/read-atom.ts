import { allBut, BLANKS, DIGITS, WORD, type Range } from './code-units.ts';

/** What stands for one code unit, or for any of a set. */
export interface Atom {
  /** As it stands in the pattern. */
  readonly text: string;
  readonly ranges: readonly Range[];
}

/** One code unit, as opposed to a set such as `\\d`. */
export function isUnit({ ranges }: Atom): boolean {
  return ranges.length === 1 && ranges[0]?.[0] === ranges[0]?.[1];
}

/**
 * Beside the escapes of the grammar proper those of ECMAScript's Annex B: octal numbers, a backslash that is itself
 * before a `c`, and any other escape, which is what is escaped.
 */
export const PATTERN_ATOM =
  /\\(?:c[a-zA-Z]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|[0-3][0-7]{0,2}|[4-7][0-7]?|(?=c)|[^])|[^]/y;
/** Where a control character may be a digit, too. */
export const CLASS_ATOM =
  /\\(?:c\w|x[\da-fA-F]{2}|u[\da-fA-F]{4}|[0-3][0-7]{0,2}|[4-7][0-7]?|(?=c)|[^])|[^]/y;

const SETS: ReadonlyMap<string, readonly Range[]> = new Map([
  ['d', DIGITS],
  ['D', allBut(DIGITS)],
  ['w', WORD],
  ['W', allBut(WORD)],
  ['s', BLANKS],
  ['S', allBut(BLANKS)],
]);

/** `\b` is a backspace in a class; elsewhere it is no atom. */
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['b', 0x08],
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d],
]);

/** The text that a sticky expression takes from here on; empty when it takes none. */
export function stickyText(expression: RegExp, text: string, at: number): string {
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? '';
}

export function readAtom(pattern: string, at: number, kind: RegExp): Atom {
  const text = stickyText(kind, pattern, at);
  const set = text.startsWith('\\') ? SETS.get(text.slice(1)) : undefined;
  const unit = unitOf(text);
  return { text, ranges: set ?? [[unit, unit]] };
}

function unitOf(text: string): number {
  const escaped = text.slice(1);
  if (text.charAt(0) !== '\\' || escaped === '') {
    return text.charCodeAt(0);
  }
  if (/^[0-7]/.test(escaped)) {
    return Number.parseInt(escaped, 8);
  }
  if (escaped.length === 1) {
    return CONTROLS.get(escaped) ?? escaped.charCodeAt(0);
  }
  return escaped.startsWith('c') ? escaped.charCodeAt(1) % 32 : Number.parseInt(escaped.slice(1), 16);
}
