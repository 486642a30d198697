import { compilePattern } from '../regex/pattern.ts';
import type { PatternPart } from '../regex/read-pattern.ts';
import type { FindingReporter } from './finding.ts';

/** A pattern of `matches`: valid here, and the same to every SDK. */
export function lintPattern(text: string, reporter: FindingReporter): void {
  const pattern = compilePattern(text);
  if (!pattern.ok) {
    reporter.error(
      'invalid_regex',
      `expected a regular expression that JavaScript and RE2 take: ${pattern.problem}`,
    );
    return;
  }
  for (const reason of dialectsOf(text, pattern.parts)) {
    reporter.error('regex_dialect', reason);
  }
  for (const reason of new Set(pattern.parts.flatMap(edgesOf))) {
    reporter.warning('regex_edges', reason);
  }
}

/** What JavaScript, Go and Python read differently, and how it is written for all of them. */
function dialectsOf(text: string, parts: readonly PatternPart[]): ReadonlySet<string> {
  const reasons = parts.flatMap((part, index) => [
    ...escapesOf(part).flatMap(escapeReason),
    ...partReason(part, parts.slice(index + 1)),
  ]);
  return new Set(
    text.isWellFormed() ? reasons : [...reasons, 'half of a character is one to the node SDK alone'],
  );
}

/** The escapes in a part, each as it stands. */
function escapesOf({ kind, text, members }: PatternPart): readonly string[] {
  if (kind === 'class') {
    return members.flatMap((member) => member.match(/\\(?:x[\da-fA-F]{2}|[^])/g) ?? []);
  }
  return text.startsWith('\\') && kind !== 'edge' ? [text] : [];
}

const SETS: ReadonlyMap<string, string> = new Map([
  [
    String.raw`\d`,
    String.raw`\d is 0 to 9 in Go and JavaScript, and any digit of Unicode in Python: write [0-9]`,
  ],
  [
    String.raw`\D`,
    String.raw`\D is all but 0 to 9 in Go and JavaScript, and all but the digits of Unicode in Python: write [^0-9]`,
  ],
  [
    String.raw`\w`,
    String.raw`\w is ASCII in Go and JavaScript, and all of Unicode in Python: write [A-Za-z0-9_]`,
  ],
  [
    String.raw`\W`,
    String.raw`\W is all but ASCII in Go and JavaScript, and all but Unicode in Python: write [^A-Za-z0-9_]`,
  ],
  [
    String.raw`\s`,
    String.raw`\s leaves out many blanks in Go that JavaScript and Python count: write those that you mean, as in [ \t]`,
  ],
  [
    String.raw`\S`,
    String.raw`\S has many blanks in Go that JavaScript and Python leave out: write those that you mean, as in [^ \t]`,
  ],
]);

/** Signs of ASCII, the five controls and two hexadecimal digits are escaped alike everywhere. */
function escapeReason(text: string): readonly string[] {
  const isPlain = /^\\(?:[!-/:-@[-`{-~ ]|[tnvfr]|x[\da-fA-F]{2})$/.test(text);
  return isPlain || SETS.has(text)
    ? []
    : [`${text} is not the same in Go, JavaScript and Python: write the character itself, or ${hexadecimal}`];
}

const hexadecimal = String.raw`\x and two digits`;

function partReason({ kind, text }: PatternPart, rest: readonly PatternPart[]): readonly string[] {
  if (kind === 'group' && text.startsWith('(?<')) {
    return ['(?<name>…) is not known to Python: write (…)'];
  }
  if (kind === 'class') {
    return classReason(text);
  }
  return kind === 'unit' ? unitReason(text, rest) : [];
}

function classReason(text: string): readonly string[] {
  const reasons: string[] = [];
  if (/^\[\^?\]/.test(text)) {
    reasons.push('an empty class, or one of everything, is known to JavaScript alone');
  }
  if (text.includes('[:')) {
    reasons.push('[:…:] is a class of its own in Go, and these characters in JavaScript and Python');
  }
  if (/[\ud800-\udbff][\udc00-\udfff]/.test(text)) {
    reasons.push('a character past U+FFFF counts as two in the node SDK: it cannot stand in a class');
  }
  return reasons;
}

function unitReason(text: string, rest: readonly PatternPart[]): readonly string[] {
  const [next] = rest;
  if (text === '{' && /^,\d*\}/.test(rest.map((part) => part.text).join(''))) {
    return ['{,…} repeats in Python, and is text elsewhere: write {0,…}'];
  }
  return /^[\udc00-\udfff]/.test(text) && next?.kind === 'repeat'
    ? ['a character past U+FFFF counts as two in the node SDK: put (?:…) around it to repeat it']
    : [];
}

/** What every SDK takes and reads alike, save in text that is rare: to forbid it would forbid nearly every pattern. */
function edgesOf(part: PatternPart): readonly string[] {
  const sets = escapesOf(part).flatMap((escape) => SETS.get(escape) ?? []);
  return [...sets, ...edgeReason(part)];
}

function edgeReason({ kind, text }: PatternPart): readonly string[] {
  if (kind === 'any') {
    return [
      '. also finds a carriage return, U+2028 and U+2029 in Go and Python, and half of a character past U+FFFF in the node SDK',
    ];
  }
  if (kind === 'class' && text.startsWith('[^')) {
    return ['[^…] finds half of a character past U+FFFF in the node SDK'];
  }
  if (kind !== 'edge') {
    return [];
  }
  return text === '$'
    ? ['$ also matches before a final line break in Python']
    : [`${text} is about words of ASCII in Go and JavaScript, and of all of Unicode in Python`];
}
