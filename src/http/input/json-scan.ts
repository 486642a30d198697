import { jsonPointer } from './json-pointer.ts';

export interface JsonLimits {
  /** Levels of arrays and objects. Default 32. */
  readonly depth: number;
  /** Names in one object. Default 1,000. */
  readonly keysPerObject: number;
  /** UTF-8 bytes of one string or name. Default 65,536. */
  readonly stringBytes: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = { depth: 32, keysPerObject: 1000, stringBytes: 65_536 };

/** What is wrong with a JSON text although it may well be JSON. */
export interface JsonFinding {
  readonly code: 'too_deep' | 'duplicate_key' | 'invalid_string' | 'invalid_number' | 'limit_exceeded';
  readonly detail: string;
  /** RFC 6901. */
  readonly pointer: string;
}

interface Frame {
  /** `undefined` for an array. */
  readonly names: Set<string> | undefined;
  /** Where in this container the scan is. */
  at: string | number;
}

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

/**
 * One pass over a JSON text before `JSON.parse`, for what the parsed value no longer shows (names given twice, digits
 * that a double cannot hold) or must not reach it (depth: `JSON.stringify` and zod recurse). It trusts no grammar: on a
 * text that is not JSON it may find anything or nothing but always ends, in time linear in the length.
 */
export function scanJson(text: string, limits: JsonLimits = DEFAULT_JSON_LIMITS): JsonFinding | undefined {
  const frames: Frame[] = [];
  let found: JsonFinding | undefined;
  // Depth outranks the rest, since nothing else may look at a text that is too deep.
  const note = (code: JsonFinding['code'], detail: string): void => {
    found ??= { code, detail, pointer: jsonPointer(frames.map(({ at }) => at)) };
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    const top = frames.at(-1);
    if (char === '{' || char === '[') {
      if (frames.length === limits.depth) {
        return {
          code: 'too_deep',
          detail: `Arrays and objects are nested deeper than ${limits.depth}.`,
          pointer: jsonPointer(frames.map(({ at }) => at)),
        };
      }
      frames.push(char === '{' ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
    } else if (char === '}' || char === ']') {
      frames.pop();
    } else if (char === ',') {
      if (typeof top?.at === 'number') top.at += 1;
    } else if (char === '"') {
      const end = closingQuote(text, i);
      const string = decode(text.slice(i, end + 1));
      i = end;
      if (top?.names !== undefined && isName(text, end + 1)) {
        top.at = string;
        if (top.names.has(string)) note('duplicate_key', 'The name is given twice in one object.');
        top.names.add(string);
        if (top.names.size > limits.keysPerObject) {
          note('limit_exceeded', `An object has more than ${limits.keysPerObject} names.`);
        }
      }
      const complaint = stringComplaint(string, limits);
      if (complaint !== undefined) note('invalid_string', complaint);
    } else if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) {
      NUMBER.lastIndex = i;
      const match = NUMBER.exec(text);
      if (match === null) continue;
      i = NUMBER.lastIndex - 1;
      const complaint = numberComplaint(match);
      if (complaint !== undefined) note('invalid_number', complaint);
    }
  }
  return found;
}

function stringComplaint(string: string, limits: JsonLimits): string | undefined {
  if (string.includes('\0')) return 'The text holds a NUL character (U+0000).';
  if (!string.isWellFormed()) return 'The text holds half of a surrogate pair.';
  return string.length * 3 > limits.stringBytes && Buffer.byteLength(string) > limits.stringBytes
    ? `The text is longer than ${limits.stringBytes} bytes.`
    : undefined;
}

function numberComplaint([digits, fraction, exponent]: RegExpExecArray): string | undefined {
  const number = Number(digits);
  if (!Number.isFinite(number)) return 'The number is larger than a double can hold.';
  return fraction === undefined && exponent === undefined && !Number.isSafeInteger(number)
    ? 'The integer is beyond ±(2^53 − 1) and would be changed silently.'
    : undefined;
}

/** The index of the quote that ends the string which starts at `start`; the text's end when it never does. */
function closingQuote(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, start, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, start: number, at: number): boolean {
  let first = at;
  while (first - 1 > start && text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

function isName(text: string, from: number): boolean {
  let i = from;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i += 1;
  return text[i] === ':';
}

function decode(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    // Not a JSON string, so the text is not JSON; JSON.parse will say so of the whole.
    return quoted;
  }
}
