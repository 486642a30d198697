import { allBut, classText, LINE_ENDS, type Range } from './code-units.ts';
import { CLASS_ATOM, isUnit, PATTERN_ATOM, readAtom, stickyText, type Atom } from './read-atom.ts';

/** A piece of a pattern as it stands there, with the same in RE2's words, or why RE2 cannot run it. */
type Piece = { readonly text: string } & ({ readonly re2: string } | { readonly problem: string });

export type Translation =
  /** Piece by piece: `(?:`, `)`, a sign, a class of characters or a repetition. */
  { readonly ok: true; readonly re2: readonly string[] } | { readonly ok: false; readonly problem: string };

const DASH: Range = [0x2d, 0x2d];
const SIGN = /[|)^$.]|\\[bB]/y;
const GROUP = /\(\?<?[=!]|\(\?<[^>]*>|\(\?[a-z-]*:|\(/y;
const REPEAT = /([*+?])\??|\{(\d+)(,?)(\d*)\}\??/y;
const REFERENCE = /\\(?:[1-9]\d*|k)/y;
/** Escapes and classes are found only to be passed over. */
const CAPTURE = /\\[^]|\[(?:\\[^]|[^\]\\])*\]|\((?!\?)|\(\?<(?![=!])/g;

const SIGNS: ReadonlyMap<string, string> = new Map([
  ['|', '|'],
  [')', ')'],
  ['^', String.raw`\A`],
  ['$', String.raw`\z`],
  [String.raw`\b`, String.raw`\b`],
  [String.raw`\B`, String.raw`\B`],
  ['.', classText(allBut(LINE_ENDS))],
]);

/** A pattern, as JavaScript without flags reads it, in RE2's words. What JavaScript does not take is not looked for. */
export function translatePattern(pattern: string): Translation {
  const captures = [...pattern.matchAll(CAPTURE)]
    .map(([text]) => text)
    .filter((text) => text.startsWith('('));
  const re2: string[] = [];
  let at = 0;
  while (at < pattern.length) {
    const piece =
      readReference(pattern, at, captures) ??
      readSign(pattern, at) ??
      readGroup(pattern, at) ??
      readRepeat(pattern, at) ??
      readClass(pattern, at) ??
      readOne(pattern, at);
    if ('problem' in piece) {
      return { ok: false, problem: piece.problem };
    }
    re2.push(piece.re2);
    at += piece.text.length;
  }
  return { ok: true, re2 };
}

function readReference(pattern: string, at: number, captures: readonly string[]): Piece | undefined {
  const text = stickyText(REFERENCE, pattern, at);
  const isReference =
    text === String.raw`\k`
      ? captures.includes('(?<')
      : text !== '' && Number(text.slice(1)) <= captures.length;
  return isReference ? { text, problem: `${text} refers back to a group` } : undefined;
}

function readSign(pattern: string, at: number): Piece | undefined {
  const text = stickyText(SIGN, pattern, at);
  const re2 = SIGNS.get(text);
  return re2 === undefined ? undefined : { text, re2 };
}

/** What a group captures is never asked. */
function readGroup(pattern: string, at: number): Piece | undefined {
  const text = stickyText(GROUP, pattern, at);
  if (text === '') {
    return undefined;
  }
  if (/^\(\?<?[=!]/.test(text)) {
    return { text, problem: `${text} looks around` };
  }
  return /^\(\?[a-z-]+:/.test(text)
    ? { text, problem: `only newer versions of JavaScript know flags, as in ${text}` }
    : { text, re2: '(?:' };
}

function readRepeat(pattern: string, at: number): Piece | undefined {
  REPEAT.lastIndex = at;
  const [text, sign, least = '', comma = '', most = ''] = REPEAT.exec(pattern) ?? [];
  return text === undefined
    ? undefined
    : { text, re2: sign ?? `{${plainCount(least)}${comma}${plainCount(most)}}` };
}

/** RE2 takes a count that starts with a zero for text. */
const plainCount = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

function readClass(pattern: string, at: number): Piece | undefined {
  if (pattern.charAt(at) !== '[') {
    return undefined;
  }
  const isNegated = pattern.charAt(at + 1) === '^';
  const ranges: Range[] = [];
  let next = at + (isNegated ? 2 : 1);
  while (next < pattern.length && pattern.charAt(next) !== ']') {
    const member = readMember(pattern, next);
    ranges.push(...member.ranges);
    next += member.text.length;
  }
  return { text: pattern.slice(at, next + 1), re2: classText(isNegated ? allBut(ranges) : ranges) };
}

/** One atom, or from one to another. Beside a set a `-` is itself; what follows it begins no range either. */
function readMember(pattern: string, at: number): Atom {
  const first = readAtom(pattern, at, CLASS_ATOM);
  const dash = at + first.text.length;
  if (pattern.charAt(dash) !== '-' || pattern.charAt(dash + 1) === ']') {
    return first;
  }
  const last = readAtom(pattern, dash + 1, CLASS_ATOM);
  const text = `${first.text}-${last.text}`;
  const [from, to] = [first.ranges[0], last.ranges[0]];
  return from !== undefined && to !== undefined && isUnit(first) && isUnit(last)
    ? { text, ranges: [[from[0], to[0]]] }
    : { text, ranges: [...first.ranges, DASH, ...last.ranges] };
}

function readOne(pattern: string, at: number): Piece {
  const { text, ranges } = readAtom(pattern, at, PATTERN_ATOM);
  return { text, re2: classText(ranges) };
}
