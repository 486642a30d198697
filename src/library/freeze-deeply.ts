/** Freezes JSON at every level, since all callers share it. Not recursive: JSON may be nested deeper than the stack. */
export function freezeDeeply<T>(json: T): T {
  const rest: unknown[] = [json];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value !== 'object' || value === null) continue;
    Object.freeze(value);
    for (const inner of Object.values(value)) rest.push(inner);
  }
  return json;
}
