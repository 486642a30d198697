/** What came, for a message of one line: at most `length` characters, with nothing invisible in it. */
export function printable(value: unknown, length = 60): string {
  const whole = written(value, length);
  const visible = whole.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return visible.length > length ? `${visible.slice(0, length)}…` : visible;
}

function written(value: unknown, length: number): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, length + 1));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'number' || typeof value === 'boolean' || value === null
    ? String(value)
    : 'something else';
}
