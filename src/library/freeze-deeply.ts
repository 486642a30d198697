/**
 * Everybody who asks gets the same object, so nobody may change it. Keeps a list of what is left to do: JSON may be
 * nested deeper than the stack.
 */
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
