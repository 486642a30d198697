/** One element of a JSON list, not parsed yet. */
export interface JsonEntry {
  /** From 1. */
  readonly number: number;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** Commas and opening brackets outside of strings: what `JSON.parse` makes of it grows with them. */
  readonly tokens: number;
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

export interface JsonListOptions {
  /** UTF-16 units of one element. */
  readonly maxLength: number;
  /** Default: any number. */
  readonly maxTokens?: number;
  /** Called as soon as an element is over a limit; its text is not kept, and it is left out. */
  readonly onOversize: (where: { readonly number: number; readonly line: number }) => void;
}

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
 *
 * @example
 * const reader = new JsonListReader({ maxLength: 1_000, onOversize: () => {} });
 * for (const chunk of ['[1, {"a"', ':2}]']) for (const { text } of reader.read(chunk)) JSON.parse(text);
 * reader.end();
 */
export class JsonListReader {
  readonly #options: JsonListOptions;
  #place: 'before' | 'inside' | 'after' = 'before';
  #line = 1;
  #number = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #carried = '';
  #startLine = 0;
  #tokens = 0;
  #isOversize = false;

  constructor(options: JsonListOptions) {
    this.#options = options;
  }

  /** UTF-16 units, and tokens, of the element that has begun and not ended. */
  get pending(): { readonly length: number; readonly tokens: number } {
    return { length: this.#carried.length, tokens: this.#isOversize ? 0 : this.#tokens };
  }

  /**
   * The elements that end in this piece of the text.
   * @throws JsonListError where the text stops being one list.
   */
  *read(chunk: string): Generator<JsonEntry> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (this.#inString) {
        i = this.#endOfString(chunk, i);
        continue;
      }
      const code = chunk.charCodeAt(i);
      if (code > COMMA && code < OPEN_LIST && this.#startLine !== 0) continue;
      if (code === NEWLINE) this.#line++;
      if (isBlank(code)) continue;
      switch (this.#place) {
        case 'before':
          if (code !== OPEN_LIST) throw new JsonListError(this.#line, 'expected a JSON list, [ … ]');
          this.#place = 'inside';
          start = i + 1;
          continue;
        case 'after':
          throw new JsonListError(this.#line, 'expected nothing after the end of the list');
        case 'inside': {
          const ends = this.#depth === 0 && (code === COMMA || code === CLOSE_LIST);
          if (!ends) {
            this.#follow(code);
            continue;
          }
          const isEmptyList = code === CLOSE_LIST && this.#number === 0 && this.#startLine === 0;
          if (!isEmptyList) {
            this.#carry(chunk.slice(start, i));
            this.#number++;
            if (!this.#isOversize) yield this.#entry();
          }
          if (code === CLOSE_LIST) this.#place = 'after';
          this.#begin();
          start = i + 1;
          continue;
        }
        default:
          this.#place satisfies never;
      }
    }
    if (this.#place === 'inside') this.#carry(chunk.slice(start));
  }

  /** @throws JsonListError when the list has not been closed. */
  end(): void {
    if (this.#place === 'before') throw new JsonListError(this.#line, 'expected a JSON list, came nothing');
    if (this.#place === 'inside') {
      throw new JsonListError(this.#line, 'expected the list to be closed with ], came the end');
    }
  }

  /** Where the string ends whose next character is at `from`, or the length of the chunk when it goes on. */
  #endOfString(chunk: string, from: number): number {
    for (let at = from; ; at += 1) {
      const quote = chunk.indexOf('"', at);
      const end = quote === -1 ? chunk.length : quote;
      let slashes = 0;
      while (end - slashes > at && chunk.charCodeAt(end - slashes - 1) === BACKSLASH) slashes++;
      // The run of backslashes goes back to the piece before, or behind an escaped quote.
      if (end - slashes === at && this.#escaped) slashes++;
      this.#escaped = slashes % 2 === 1;
      if (quote === -1) return end;
      at = quote;
      if (!this.#escaped) {
        this.#inString = false;
        return quote;
      }
      this.#escaped = false;
    }
  }

  #follow(code: number): void {
    if (this.#startLine === 0) this.#startLine = this.#line;
    if (code === QUOTE) this.#inString = true;
    else if (code === COMMA) this.#tokens++;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      this.#depth++;
      this.#tokens++;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) this.#depth--;
    if (this.#depth < 0) throw new JsonListError(this.#line, 'expected [ before ] and { before }');
  }

  #carry(text: string): void {
    if (this.#isOversize) return;
    this.#carried += text;
    const { maxLength, maxTokens = Infinity, onOversize } = this.#options;
    if (this.#carried.length <= maxLength && this.#tokens <= maxTokens) return;
    this.#isOversize = true;
    this.#carried = '';
    onOversize({ number: this.#number + 1, line: this.#startLine || this.#line });
  }

  #entry(): JsonEntry {
    return {
      number: this.#number,
      line: this.#startLine || this.#line,
      text: this.#carried,
      tokens: this.#tokens,
    };
  }

  #begin(): void {
    this.#carried = '';
    this.#startLine = 0;
    this.#tokens = 0;
    this.#isOversize = false;
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
