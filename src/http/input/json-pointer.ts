/** RFC 6901. Half of a surrogate pair, which no JSON can hold, becomes U+FFFD. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path
    .map((step) => `/${String(step).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
