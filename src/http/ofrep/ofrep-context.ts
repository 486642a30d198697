import { checkContext } from '../../evaluation/check-context.ts';
import type { Context } from '../../evaluation/model.ts';

export type OfrepContext =
  | { readonly outcome: 'context'; readonly context: Context }
  | {
      readonly outcome: 'refused';
      readonly errorCode: 'INVALID_CONTEXT' | 'TARGETING_KEY_MISSING' | 'PARSE_ERROR';
      readonly errorDetails: string;
    };

type Fields = { readonly [name: string]: unknown };

/**
 * The context of an OFREP body, as LaunchDarkly's: `targetingKey` (or `key`) is the key, `kind` the kind (default `user`),
 * `privateAttributes` goes to `_meta`. A context of kind `multi` holds one object a kind, each with its own key.
 */
export function ofrepContext(body: unknown): OfrepContext {
  if (!isFields(body)) return refused('PARSE_ERROR', 'the body must be an object with a context');
  const { context } = body;
  if (!isFields(context)) return refused('INVALID_CONTEXT', 'context must be an object');
  const isMulti = context['kind'] === 'multi';
  if (!isMulti && keyOf(context) === undefined) {
    return refused('TARGETING_KEY_MISSING', 'context must have a targetingKey');
  }
  const check = checkContext(isMulti ? multiContext(context) : { kind: 'user', ...attributesOf(context) });
  return check.ok
    ? { outcome: 'context', context: check.context }
    : refused('INVALID_CONTEXT', check.problem);
}

function multiContext(context: Fields): Fields {
  const kinds = Object.entries(context)
    .filter(([name]) => name !== 'kind' && name !== 'targetingKey')
    .map(([kind, value]) => [kind, isFields(value) ? withoutKind(attributesOf(value)) : value]);
  return { ...Object.fromEntries(kinds), kind: 'multi' };
}

function attributesOf(context: Fields): Fields {
  const { targetingKey: _targetingKey, privateAttributes, ...attributes } = context;
  return {
    ...attributes,
    key: keyOf(context),
    ...(privateAttributes === undefined ? {} : { _meta: { privateAttributes } }),
  };
}

const withoutKind = ({ kind: _kind, ...attributes }: Fields): Fields => attributes;

function keyOf({ targetingKey, key }: Fields): string | undefined {
  const found = [targetingKey, key].find((candidate) => typeof candidate === 'string' && candidate !== '');
  return typeof found === 'string' ? found : undefined;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refused = (
  errorCode: 'INVALID_CONTEXT' | 'TARGETING_KEY_MISSING' | 'PARSE_ERROR',
  errorDetails: string,
): OfrepContext => ({ outcome: 'refused', errorCode, errorDetails });
