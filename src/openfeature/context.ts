import { checkContext } from '../evaluation/check-context.ts';
import { isRecord, type JsonRecord } from '../evaluation/json.ts';
import type { Context } from '../evaluation/model.ts';
import { show } from '../evaluation/show.ts';

export type OpenFeatureContext =
  | { readonly outcome: 'context'; readonly context: Context }
  | {
      readonly outcome: 'refused';
      readonly errorCode: 'INVALID_CONTEXT' | 'TARGETING_KEY_MISSING';
      /** What was expected, and what came. */
      readonly errorDetails: string;
    };

/**
 * An OpenFeature context as LaunchDarkly's, checked: `targetingKey` (or `key`) is the key, `kind` the kind (default `user`),
 * `privateAttributes` goes to `_meta`. A context of kind `multi` holds one object a kind, each with its own key. OFREP
 * and the library share it.
 */
export function openFeatureContext(context: unknown): OpenFeatureContext {
  if (!isRecord(context)) {
    return refused('INVALID_CONTEXT', `context must be an object, got ${show(context)}`);
  }
  const isMulti = context['kind'] === 'multi';
  if (!isMulti && keyOf(context) === undefined) {
    const given = context['targetingKey'] ?? context.key;
    return refused(
      'TARGETING_KEY_MISSING',
      `context must have a targetingKey, a text that is not empty, got ${show(given)}`,
    );
  }
  const check = checkContext(isMulti ? multiContext(context) : { kind: 'user', ...attributesOf(context) });
  return check.ok
    ? { outcome: 'context', context: check.context }
    : refused('INVALID_CONTEXT', check.problem);
}

function multiContext(context: JsonRecord): JsonRecord {
  const kinds = Object.entries(context)
    .filter(([name]) => name !== 'kind' && name !== 'targetingKey')
    .map(([kind, value]) => [kind, isRecord(value) ? withoutKind(attributesOf(value)) : value]);
  return { ...Object.fromEntries(kinds), kind: 'multi' };
}

function attributesOf(context: JsonRecord): JsonRecord {
  const { targetingKey: _targetingKey, privateAttributes, ...attributes } = context;
  return {
    ...attributes,
    key: keyOf(context),
    ...(privateAttributes === undefined ? {} : { _meta: { privateAttributes } }),
  };
}

const withoutKind = ({ kind: _kind, ...attributes }: JsonRecord): JsonRecord => attributes;

function keyOf({ targetingKey, key }: JsonRecord): string | undefined {
  const found = [targetingKey, key].find((candidate) => typeof candidate === 'string' && candidate !== '');
  return typeof found === 'string' ? found : undefined;
}

const refused = (
  errorCode: 'INVALID_CONTEXT' | 'TARGETING_KEY_MISSING',
  errorDetails: string,
): OpenFeatureContext => ({ outcome: 'refused', errorCode, errorDetails });
