import { allBut, classText, LINE_ENDS, unitText } from './code-units.ts';
import { CLASS_ATOM, PATTERN_ATOM, readAtom, stickyText, type Atom } from './read-atom.ts';

/** A piece of a pattern, as JavaScript without flags reads it. */
export interface PatternPart {
  readonly kind: 'unit' | 'set' | 'any' | 'class' | 'edge' | 'group' | 'repeat' | 'sign' | 'alien';
  /** As it stands in the pattern. */
  readonly text: string;
  /** The same to RE2; of what is alien to it, why. */
  readonly re2: string;
  /** What a class lists; nothing for all other kinds. */
  readonly members: readonly string[];
}

const DASH = 0x2d;
const SIGN = /[|)^$.]|\\[bB]/y;
const GROUP = /\(\?<?[=!]|\(\?<[^>]*>|\(\?[a-z-]*:|\(/y;
const REPEAT = /([*+?])\??|\{(\d+)(,?)(\d*)\}\??/y;
const REFERENCE = /\\(?:[1-9]\d*|k)/y;
/** Escapes and classes are found only to be passed over. */
const CAPTURE = /\\[^]|\[(?:\\[^]|[^\]\\])*\]|\((?!\?)|\(\?<(?![=!])/g;

const SIGNS: ReadonlyMap<string, Pick<PatternPart, 'kind' | 're2'>> = new Map([
  ['|', { kind: 'sign', re2: '|' }],
  [')', { kind: 'sign', re2: ')' }],
  ['^', { kind: 'sign', re2: String.raw`\A` }],
  ['$', { kind: 'edge', re2: String.raw`\z` }],
  [String.raw`\b`, { kind: 'edge', re2: String.raw`\b` }],
  [String.raw`\B`, { kind: 'edge', re2: String.raw`\B` }],
  ['.', { kind: 'any', re2: classText(allBut(LINE_ENDS)) }],
]);

/** The parts of a pattern. It is one that JavaScript takes: what it does not take is not looked for. */
export function readPattern(pattern: string): readonly PatternPart[] {
  const captures = [...pattern.matchAll(CAPTURE)]
    .map(([text]) => text)
    .filter((text) => text.startsWith('('));
  const parts: PatternPart[] = [];
  let at = 0;
  while (at < pattern.length) {
    const part =
      readReference(pattern, at, captures) ??
      readSign(pattern, at) ??
      readGroup(pattern, at) ??
      readRepeat(pattern, at) ??
      readClass(pattern, at) ??
      readOne(pattern, at);
    parts.push(part);
    at += part.text.length;
  }
  return parts;
}

function readReference(pattern: string, at: number, captures: readonly string[]): PatternPart | undefined {
  const text = stickyText(REFERENCE, pattern, at);
  const isReference =
    text === String.raw`\k`
      ? captures.includes('(?<')
      : text !== '' && Number(text.slice(1)) <= captures.length;
  return isReference
    ? { kind: 'alien', text, re2: `${text} refers back to a group`, members: [] }
    : undefined;
}

function readSign(pattern: string, at: number): PatternPart | undefined {
  const text = stickyText(SIGN, pattern, at);
  const sign = SIGNS.get(text);
  return sign === undefined ? undefined : { ...sign, text, members: [] };
}

/** What a group captures is never asked. */
function readGroup(pattern: string, at: number): PatternPart | undefined {
  const text = stickyText(GROUP, pattern, at);
  if (text === '') {
    return undefined;
  }
  if (/^\(\?<?[=!]/.test(text)) {
    return { kind: 'alien', text, re2: `${text} looks around`, members: [] };
  }
  return /^\(\?[a-z-]+:/.test(text)
    ? { kind: 'alien', text, re2: `only newer versions of JavaScript know flags, as in ${text}`, members: [] }
    : { kind: 'group', text, re2: '(?:', members: [] };
}

function readRepeat(pattern: string, at: number): PatternPart | undefined {
  REPEAT.lastIndex = at;
  const [text, sign, least = '', comma = '', most = ''] = REPEAT.exec(pattern) ?? [];
  if (text === undefined) {
    return undefined;
  }
  const re2 = sign ?? `{${plainCount(least)}${comma}${plainCount(most)}}`;
  return { kind: 'repeat', text, re2, members: [] };
}

/** RE2 takes a count that starts with a zero for text. */
const plainCount = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

function readClass(pattern: string, at: number): PatternPart | undefined {
  if (pattern.charAt(at) !== '[') {
    return undefined;
  }
  const isNegated = pattern.charAt(at + 1) === '^';
  const atoms: Atom[] = [];
  let next = at + (isNegated ? 2 : 1);
  while (next < pattern.length && pattern.charAt(next) !== ']') {
    const atom = readMember(pattern, next);
    atoms.push(atom);
    next += atom.text.length;
  }
  const ranges = atoms.flatMap((atom) => atom.ranges);
  return {
    kind: 'class',
    text: pattern.slice(at, next + 1),
    re2: classText(isNegated ? allBut(ranges) : ranges),
    members: atoms.map(({ text }) => text),
  };
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
  return first.unit === undefined || last.unit === undefined
    ? { text, ranges: [...first.ranges, [DASH, DASH], ...last.ranges], unit: undefined }
    : { text, ranges: [[first.unit, last.unit]], unit: undefined };
}

function readOne(pattern: string, at: number): PatternPart {
  const { text, ranges, unit } = readAtom(pattern, at, PATTERN_ATOM);
  return unit === undefined
    ? { kind: 'set', text, re2: classText(ranges), members: [] }
    : { kind: 'unit', text, re2: unitText(unit), members: [] };
}
