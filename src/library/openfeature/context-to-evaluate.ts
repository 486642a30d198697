import type { EvaluationContext } from '@openfeature/server-sdk';
import { openFeatureContext, type OpenFeatureContext } from '../../openfeature/context.ts';

/** As every door reads it; and dates, which JSON has not, become ISO 8601 text, or null when they are none. */
export function contextToEvaluate(given: EvaluationContext): OpenFeatureContext {
  // Read first: a context within itself is refused for its depth, and looking for dates in it would not end.
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
