import type { EvaluationContext } from '@openfeature/server-sdk';
import { openFeatureContext, type OpenFeatureContext } from '../../openfeature/context.ts';

/** Reads a context as OFREP does. Dates, which JSON lacks, become ISO 8601 text, or null when they are invalid. */
export function contextToEvaluate(given: EvaluationContext): OpenFeatureContext {
  // Read first: a circular context is refused for its depth, and the search for dates would not end in it.
  const asked = openFeatureContext(given);
  return asked.outcome === 'context' && holdsDate(given) ? openFeatureContext(withoutDates(given)) : asked;
}

function holdsDate(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Date || Object.values(value).some(holdsDate);
}

function withoutDates(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(withoutDates);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutDates(inner)]));
}
