/** One element of a JSON list, not parsed yet. */
export interface JsonEntry {
  /** From 1. */
  readonly number: number;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/** The text is not one JSON list; `line` is where that shows. */
export class JsonListError extends Error {
  override readonly name = 'JsonListError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** UTF-16 units; a track needs a few hundred. */
const MAX_ENTRY_LENGTH = 4 * 1024 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Cuts a JSON list into its elements while it is read, so that a long list needs the memory of its longest
 * element, every element knows its line, and one that is not JSON spoils no other. Whether an element is JSON
 * is for `JSON.parse` to say; here only strings, brackets and commas are followed.
 * @throws JsonListError where the text stops being one list.
 */
export function* jsonEntries(chunks: Iterable<string>): Generator<JsonEntry> {
  let place: 'before' | 'inside' | 'after' = 'before';
  let line = 1;
  let number = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let carried = '';
  let startLine = 0;

  for (const chunk of chunks) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const code = chunk.charCodeAt(i);
      if (code === NEWLINE) line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (code === BACKSLASH) escaped = true;
        else if (code === QUOTE) inString = false;
        continue;
      }
      if (isBlank(code)) continue;
      switch (place) {
        case 'before':
          if (code !== OPEN_LIST) throw new JsonListError(line, 'expected a JSON list of tracks, [ … ]');
          place = 'inside';
          start = i + 1;
          continue;
        case 'after':
          throw new JsonListError(line, 'expected nothing after the end of the list');
        case 'inside': {
          const ends = depth === 0 && (code === COMMA || code === CLOSE_LIST);
          if (!ends) {
            if (startLine === 0) startLine = line;
            if (code === QUOTE) inString = true;
            else if (code === OPEN_LIST || code === OPEN_OBJECT) depth++;
            else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
            if (depth < 0) throw new JsonListError(line, 'expected [ before ] and { before }');
            continue;
          }
          const isEmptyList = code === CLOSE_LIST && number === 0 && startLine === 0;
          if (!isEmptyList) {
            number++;
            yield { number, line: startLine || line, text: carried + chunk.slice(start, i) };
          }
          if (code === CLOSE_LIST) place = 'after';
          carried = '';
          start = i + 1;
          startLine = 0;
          continue;
        }
        default:
          place satisfies never;
      }
    }
    if (place === 'inside') carried += chunk.slice(start);
    if (carried.length > MAX_ENTRY_LENGTH) {
      throw new JsonListError(startLine || line, `entry ${number + 1} is longer than 4 MB`);
    }
  }
  if (place === 'before') throw new JsonListError(line, 'expected a JSON list of tracks, came an empty file');
  if (place === 'inside') {
    throw new JsonListError(line, `expected the list to be closed with ], came the end of the file`);
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
