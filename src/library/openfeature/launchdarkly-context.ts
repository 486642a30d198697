import type { EvaluationContext, EvaluationContextValue } from '@openfeature/server-sdk';
import type { Context } from '../../evaluation/model.ts';

/**
 * An OpenFeature context as LaunchDarkly's: `targetingKey` (or `key`) is the key, `kind` the kind (default `user`),
 * `privateAttributes` goes to `_meta`, dates become ISO 8601 text. A context of kind `multi` holds one object a kind.
 * The evaluator says what is wrong with one that has no key.
 */
export function launchDarklyContext(context: EvaluationContext): Context {
  if (context['kind'] === 'multi') {
    const kinds = Object.entries(context)
      .filter(([name]) => name !== 'kind' && name !== 'targetingKey')
      .map(([kind, value]) => [kind, isContext(value) ? attributesOf(value) : value]);
    return { kind: 'multi', ...Object.fromEntries(kinds) };
  }
  return { kind: typeof context['kind'] === 'string' ? context['kind'] : 'user', ...attributesOf(context) };
}

function attributesOf(context: EvaluationContext): { key: string; [attribute: string]: unknown } {
  const { targetingKey, key, kind: _kind, privateAttributes, ...attributes } = context;
  return {
    ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plain(value)])),
    // A key that is missing or no text is the evaluator's to refuse: it says so in its reason.
    key: targetingKey ?? (typeof key === 'string' ? key : ''),
    ...(Array.isArray(privateAttributes)
      ? { _meta: { privateAttributes: privateAttributes.filter((name) => typeof name === 'string') } }
      : {}),
  };
}

function plain(value: EvaluationContextValue | undefined): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (isContext(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  return value;
}

function isContext(
  value: EvaluationContextValue | undefined,
): value is { [name: string]: EvaluationContextValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
