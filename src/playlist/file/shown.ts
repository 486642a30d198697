/** What came, for a message of one line: as JSON, at most `length` characters, nothing invisible in it. */
export function shown(value: unknown, length = 60): string {
  if (value === undefined) return 'nothing';
  // A value that deep or that long is cut long before its end is of interest.
  const json =
    typeof value === 'string'
      ? JSON.stringify(value.slice(0, length + 1))
      : typeof value === 'object' && value !== null
        ? Array.isArray(value)
          ? 'a list'
          : 'an object'
        : String(value);
  const printable = json.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return printable.length > length ? `${printable.slice(0, length)}…` : printable;
}
