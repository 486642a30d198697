import type { JsonValue } from '../../../evaluation/model.ts';

/**
 * The values of a clause, one a line. A line that is JSON is read as JSON, so that `18` is a number and `"18"` is text;
 * every other line is text as it stands.
 *
 * @example
 * parseValueLines('DE\n18\n"18"'); // ['DE', 18, '18']
 */
export function parseValueLines(text: string): readonly JsonValue[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const json = jsonOf(line);
      return json === undefined ? line : json.value;
    });
}

/** The lines that `parseValueLines` reads as these values. */
export function valueLines(values: readonly JsonValue[]): string {
  return values.map(lineOf).join('\n');
}

function lineOf(value: JsonValue): string {
  const isPlain = typeof value === 'string' && value === value.trim() && /^[^\n\r]+$/.test(value);
  return isPlain && jsonOf(value) === undefined ? value : JSON.stringify(value);
}

function jsonOf(line: string): { readonly value: JsonValue } | undefined {
  try {
    const value: JsonValue = JSON.parse(line);
    return { value };
  } catch {
    return undefined;
  }
}
