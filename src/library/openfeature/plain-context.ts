import type { EvaluationContext, EvaluationContextValue } from '@openfeature/server-sdk';

/** Deeper than any context that is taken: what lies below need not be looked at, and a context within itself has an end. */
const DEEPEST = 40;

/** The same as JSON would have it: dates become ISO 8601 text, and dates that are none become null. */
export function plainContext(context: EvaluationContext): { readonly [attribute: string]: unknown } {
  return plainFields(context, 0);
}

function plainFields(
  fields: { readonly [name: string]: EvaluationContextValue | undefined },
  depth: number,
): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value, depth + 1)]));
}

function plain(value: EvaluationContextValue | undefined, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  return plainFields(value, depth);
}
