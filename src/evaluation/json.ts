/** Reading data that may be anything: what a type says about a definition holds only once it was looked at. */

export interface JsonRecord {
  readonly [name: string]: unknown;
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** LaunchDarkly's SDKs read `null` in a definition as an absent field. */
export function present(value: unknown): unknown {
  return value === null ? undefined : value;
}

/** An absent list is empty; `undefined` for anything else that is no list. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  const list = value ?? [];
  return Array.isArray(list) ? list : undefined;
}

/** The items of a list; of anything else none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * What JavaScript's arithmetic makes of a primitive, as the node SDK reads weights and seeds; `NaN` for the rest,
 * whose conversion could run foreign code or throw.
 */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') {
    return value;
  }
  return typeof value === 'string' || typeof value === 'boolean' ? Number(value) : Number.NaN;
}

/** The text of a primitive, as a template string writes it; `undefined` for objects, lists and nothing. */
export function primitiveText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return value;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
