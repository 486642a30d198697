/** UTF-16 code units from one to another, both included. */
export type Range = readonly [number, number];

const HIGHEST = 0xff_ff;
const HALVES: Range = [0xd8_00, 0xdf_ff];
/** Where the halves of characters past U+FFFF stand for RE2, which would take two of them for one character. */
const HALVES_APART = 0x10_00_00;

export const DIGITS: readonly Range[] = [[0x30, 0x39]];
export const WORD: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const LINE_ENDS: readonly Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x20_28, 0x20_29],
];

/** ECMAScript's WhiteSpace and LineTerminator, which are `\s`. */
export const BLANKS: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x16_80, 0x16_80],
  [0x20_00, 0x20_0a],
  [0x20_28, 0x20_29],
  [0x20_2f, 0x20_2f],
  [0x20_5f, 0x20_5f],
  [0x30_00, 0x30_00],
  [0xfe_ff, 0xfe_ff],
];

export function allBut(ranges: readonly Range[]): readonly Range[] {
  const others: Range[] = [];
  let next = 0;
  for (const [from, to] of ranges.toSorted(([one], [other]) => one - other)) {
    if (from > next) {
      others.push([next, from - 1]);
    }
    next = Math.max(next, to + 1);
  }
  return next > HIGHEST ? others : [...others, [next, HIGHEST]];
}

/** One code unit, as RE2 writes it. */
function unitText(unit: number): string {
  const character = String.fromCharCode(unit);
  return /[A-Za-z0-9]/.test(character) ? character : `\\x{${apart(unit).toString(16)}}`;
}

/** A class of code units, as RE2 writes it. */
export function classText(ranges: readonly Range[]): string {
  const texts = ranges.flatMap(splitAtHalves).map(([from, to]) => `${unitText(from)}-${unitText(to)}`);
  return texts.length === 0 ? String.raw`[^\x{0}-\x{10ffff}]` : `[${texts.join('')}]`;
}

function splitAtHalves([from, to]: Range): readonly Range[] {
  const [first, last] = HALVES;
  const pieces: readonly Range[] = [
    [from, Math.min(to, first - 1)],
    [Math.max(from, first), Math.min(to, last)],
    [Math.max(from, last + 1), to],
  ];
  return pieces.filter(([start, end]) => start <= end);
}

function apart(unit: number): number {
  const [first, last] = HALVES;
  return unit >= first && unit <= last ? unit + HALVES_APART : unit;
}

const HALF = /[\ud800-\udfff]/;
const ALL_HALVES = /[\ud800-\udfff]/g;

/** A text whose every code unit is one character to RE2, as it is to JavaScript. */
export function withHalvesApart(text: string): string {
  return HALF.test(text)
    ? text.replace(ALL_HALVES, (half) => String.fromCodePoint(apart(half.charCodeAt(0))))
    : text;
}
