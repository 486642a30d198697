/** What a form (or JSON) sent in a field, of whatever type; undefined when it has no such field, or is none. */
export function formField(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? Reflect.get(body, name)
    : undefined;
}

/** The same where only text will do. */
export function formText(body: unknown, name: string): string | undefined {
  const value = formField(body, name);
  return typeof value === 'string' ? value : undefined;
}
