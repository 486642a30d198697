import type { EvaluationContext } from '@openfeature/server-sdk';
import type { Context } from '../../evaluation/model.ts';
import { openFeatureContext, type OpenFeatureContext } from '../../evaluation/open-feature-context.ts';

/** As every door reads it; and dates, which JSON has not, become ISO 8601 text, or null when they are none. */
export function contextToEvaluate(given: EvaluationContext): OpenFeatureContext {
  // Checked first: a context within itself is too deep, and would not end below.
  const asked = openFeatureContext(given);
  return asked.outcome === 'refused' ? asked : { ...asked, context: withoutDates(asked.context) };
}

function withoutDates(context: Context): Context {
  return { ...context, ...plainFields(context) };
}

const plainFields = (fields: object): { readonly [name: string]: unknown } =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return Array.isArray(value) ? value.map(plain) : plainFields(value);
}
